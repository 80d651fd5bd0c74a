// The unmodified `pusher-js` where there are no WebSockets: its HTTP transports, in Node and in Chromium.
// DURATION=seconds lets each of them go on for so long.
import test from 'node:test';
import assert from 'node:assert/strict';

import { APP, serve } from './lib/servers.mjs';
import { browser, emptySite } from './lib/browser.mjs';
import { exchange, nodeClient, optionsFor, pageClient } from './lib/fallbacks.mjs';
import { soon, wholeFile } from './lib/program.mjs';

const seconds = Number(process.env.DURATION ?? 0);
const file = wholeFile();
let started;
const chromium = () => (started ??= browser(file));

async function clientIn(place, t) {
  if (place === 'Node') return nodeClient(t);
  return pageClient(t, await chromium(), await emptySite(t));
}

for (const [place, transports] of [
  ['Node', ['xhr_streaming', 'xhr_polling']],
  ['Chromium', ['xhr_streaming', 'xhr_polling', 'sockjs']],
]) {
  for (const transport of transports) {
    test(`${transport} in ${place}: presence, client events, 10,000 events in order`, async (t) => {
      const { port } = await serve(t, ['--dev-auth']);
      const call = await clientIn(place, t);
      const delivered = await exchange({ port, call, other: nodeClient(t), transport, seconds });
      assert.ok(delivered >= 10_000);
    });

    test(`${transport} in ${place}: a wrong key is refused for good`, async (t) => {
      const { port } = await serve(t);
      const call = await clientIn(place, t);
      const code = await soon(call('fail', 'wrong-key', optionsFor(port, [transport])), 'the refusal');
      assert.equal(code, 4001);
    });
  }
}

// pusher-js waits 15 s after an attempt that failed while nobody listened.
for (const [place, transport] of [
  ['Node', 'xhr_streaming'],
  ['Chromium', 'xhr_polling'],
]) {
  test(`${transport} in ${place}: it comes back after the server was restarted`, async (t) => {
    const server = await serve(t);
    const call = await clientIn(place, t);
    await call('open', APP.key, optionsFor(server.port, [transport]));
    await call('subscribe', 'my-channel');
    await call('expect', 'my-channel', 'pusher:subscription_succeeded');
    await server.stop('SIGTERM');
    await serve(t, [], { port: server.port });
    await soon(call('take', 'my-channel', 'pusher:subscription_succeeded'), 'the new subscription', 60_000);
  });
}
