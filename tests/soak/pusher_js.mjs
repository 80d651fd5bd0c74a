// The unmodified `pusher-js` over its HTTP transports, in Node and in Chromium, for a long time: events in
// order, presence, client events both ways, one connection and never another.
//
//     MIN=30 node tests/soak/pusher_js.mjs
import test from 'node:test';
import { readFileSync } from 'node:fs';

import { browser, emptySite } from '../e2e/lib/browser.mjs';
import { exchange, nodeClient, pageClient } from '../e2e/lib/fallbacks.mjs';
import { serve } from '../e2e/lib/servers.mjs';
import { table } from '../e2e/lib/table.mjs';

const MINUTES = Number(process.env.MIN || 30);
const CLIENTS = [
  ['Node', 'xhr_streaming'],
  ['Node', 'xhr_polling'],
  ['Chromium', 'xhr_streaming'],
  ['Chromium', 'xhr_polling'],
  ['Chromium', 'sockjs'],
];

const resident = (pid) => `${Math.round((Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4) / 1024)} MB`;

// Says once a minute that it is still there.
function progress(t, servers) {
  const start = Date.now();
  const timer = setInterval(() => {
    const minute = Math.round((Date.now() - start) / 60_000);
    console.log(`${minute} of ${MINUTES} minutes; the servers hold ${servers.map(resident).join(', ')}`);
  }, 60_000);
  t.after(() => clearInterval(timer));
}

test('pusher-js without WebSockets', { timeout: (MINUTES + 10) * 60_000 }, async (t) => {
  const started = await browser(t);
  const site = await emptySite(t);
  const servers = [];
  progress(t, servers);
  const rows = await Promise.all(CLIENTS.map(async ([place, transport]) => {
    const { port, program } = await serve(t, ['--dev-auth']);
    const { pid } = program.child;
    servers.push(pid);
    const before = resident(pid);
    const call = place === 'Node' ? nodeClient(t) : await pageClient(t, started, site);
    const delivered = await exchange({ port, call, other: nodeClient(t), transport, seconds: MINUTES * 60 });
    return [place, transport, delivered, before, resident(pid)];
  }));
  console.log(table(`${MINUTES} minutes, every event once and in order`,
    ['client', 'transport', 'events', 'server before', 'after'], rows));
});
