// A path that loses everything every other ten seconds: the client is back soon after the path is, with
// all of its channels, and holds one connection and no more memory than before.
//
//     MIN=10 node tests/soak/loss.mjs
import test, { describe } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { application } from '../e2e/lib/application.mjs';
import { APP, pusher } from '../e2e/lib/servers.mjs';
import { Puppet } from '../e2e/lib/puppet.mjs';
import { folder, haproxy } from '../e2e/lib/software.mjs';
import { inNamespace, loopbackUp, lossyPort } from '../e2e/lib/namespace.mjs';
import { table } from '../e2e/lib/table.mjs';
import { until } from '../e2e/lib/program.mjs';

const MINUTES = Number(process.env.MIN || 10);
const PHASE_MS = 10_000;
const CYCLES = Math.max(2, Math.round((MINUTES * 60_000) / (2 * PHASE_MS)));
const CHANNELS = 100;
const EVENT_INTERVAL_MS = 100;

// Transports, and the TCP connections that each may hold: HTTP has one for events and one for sending.
const TRANSPORTS = { ws: 1, xhr_streaming: 2 };

// What is promised.
const MAX_BACK_MS = 3000;
const MAX_HEAP_GROWTH = 4 * 1024;
const MAX_RESIDENT_GROWTH = 1024 * 1024;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A server that soon forgets who is gone, with a port for clients and one for the application.
async function startServer(t) {
  const config = join(folder(t), 'config.json');
  writeFileSync(config, JSON.stringify({
    listen: ['127.0.0.1:0', '127.0.0.1:0'],
    activity_timeout: 2,
    pong_timeout: 2,
    apps: [{ id: APP.appId, key: APP.key, secret: APP.secret, subscription_count: true }],
  }));
  const program = pusher(['serve', '--config', config]);
  t.after(() => program.stop('SIGKILL'));
  await until(() => program.out.filter((line) => line.startsWith('listening on ')).length === 2, 'two listeners');
  const [clients, api] = program.out.map((line) => Number(line.split(':').pop()));
  return { clients, api };
}

// The path to a port, as a switch. Packets are dropped where that is permitted; elsewhere a relay stops.
async function makePath(t, port, isOwn) {
  if (isOwn) return { port, how: 'packets are dropped', ...lossyPort(port) };
  const relay = await haproxy(t, (directory, listen) => `
frontend relay
  mode tcp
  bind 127.0.0.1:${listen}
  default_backend server
backend server
  mode tcp
  server s1 127.0.0.1:${port}`);
  const signal = (name) => () => process.kill(relay.program.child.pid, name);
  return { port: relay.port, how: 'a relay is stopped', cut: signal('SIGSTOP'), restore: signal('SIGCONT') };
}

// Connections of a process to a port, as the kernel has them.
function establishedTo(pid, port) {
  const sockets = new Set();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      sockets.add(readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1]);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error; // closed meanwhile
    }
  }
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((field) => field[2].endsWith(remote) && field[3] === '01' && sockets.has(field[9])).length;
}

const resident = (pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;

async function heap(puppet) {
  const from = puppet.told.length;
  puppet.say('1 heap');
  return (await puppet.sees((line) => 'heap' in line, from)).heap;
}

// How many subscribers each channel has, by name, as the server counts them.
async function subscribers(sdk) {
  const answer = await sdk.get({ path: '/channels', params: { info: 'subscription_count' } });
  return Object.values((await answer.json()).channels).map((channel) => channel.subscription_count);
}

const connections = (puppet) => puppet.told.filter((line) => line.connection === 'connected').length;

// Waits until the client has another connection and all of its channels on it.
async function back(puppet, before) {
  const start = Date.now();
  await until(() => connections(puppet) > before, 'connected');
  const connected = Date.now() - start;
  const at = puppet.told.findLastIndex((line) => line.connection === 'connected');
  const subscribed = () => new Set(puppet.told.slice(at)
    .filter((line) => line.event === 'pusher:subscription_succeeded')
    .map((line) => line.channel)).size;
  await until(() => subscribed() === CHANNELS, 'all channels subscribed');
  return { connected, subscribed: Date.now() - start };
}

// Publishes numbered events until it is told to stop.
function publish(sdk) {
  let going = true;
  const done = (async () => {
    for (let n = 1; going; n++) {
      await sdk.trigger('soak-1', 'number', { n });
      await sleep(EVENT_INTERVAL_MS);
    }
  })();
  return () => {
    going = false;
    return done;
  };
}

// One phase without loss, at the end of which everything must be as it was, and one with nothing else.
async function cycle({ puppet, path, sdk, transport }) {
  const { pid } = puppet.program.child;
  const end = Date.now() + PHASE_MS;
  while (Date.now() < end) {
    const counts = await subscribers(sdk);
    assert(Math.max(...counts) <= 1, 'the server has more than one connection of the client');
    await sleep(500);
  }
  assert.deepEqual(await subscribers(sdk), Array(CHANNELS).fill(1));
  const live = establishedTo(pid, path.port);
  assert(live >= 1 && live <= TRANSPORTS[transport], `the client holds ${live} connections`);
  assert.equal(puppet.transport(), transport);
  const memory = { heap: await heap(puppet), resident: resident(pid) };
  const before = connections(puppet);
  path.cut();
  await sleep(PHASE_MS);
  path.restore();
  return { ...(await back(puppet, before)), live, ...memory };
}

const kilobytes = (bytes) => `${Math.round(bytes / 1024)} kB`;

function report(transport, how, rounds) {
  const worst = (name) => Math.max(...rounds.map((round) => round[name]));
  const [first, last] = [rounds[1], rounds.at(-1)];
  console.log(table(`${transport}: ${rounds.length} times nothing got through for ${PHASE_MS / 1000} s (${how})`,
    ['', 'worst', 'promised'],
    [
      ['connected again after, ms', worst('connected'), MAX_BACK_MS],
      [`all ${CHANNELS} channels after, ms`, worst('subscribed'), ''],
      ['connections that the client held', worst('live'), TRANSPORTS[transport]],
      ['heap at the start', kilobytes(first.heap), ''],
      ['heap at the end', kilobytes(last.heap), kilobytes(first.heap + MAX_HEAP_GROWTH)],
      ['resident at the start', kilobytes(first.resident), ''],
      ['resident at the end', kilobytes(last.resident), kilobytes(first.resident + MAX_RESIDENT_GROWTH)],
    ]));
  assert(worst('connected') <= MAX_BACK_MS, 'it took too long to connect again');
  assert(last.heap <= first.heap + MAX_HEAP_GROWTH, 'the heap has grown');
  assert(last.resident <= first.resident + MAX_RESIDENT_GROWTH, 'the process has grown');
}

const isOwn = await inNamespace();
if (isOwn) loopbackUp();

async function scenario(t, transport) {
  const server = await startServer(t);
  const path = await makePath(t, server.clients, isOwn);
  const sdk = application(server.api);
  const puppet = new Puppet(t, {
    host: '127.0.0.1', port: path.port, plain: true, transports: transport,
    activity_timeout: 2000, pong_timeout: 1000,
    env: { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' }, // else what is kept for reuse counts as used
  });
  for (let n = 1; n <= CHANNELS; n++) puppet.say(`1 subscribe soak-${n}`);
  puppet.say('1 connect');
  await back(puppet, 0);
  const stop = publish(sdk);
  const rounds = [];
  try {
    for (let n = 1; n <= CYCLES; n++) {
      const round = await cycle({ puppet, path, sdk, transport });
      rounds.push(round);
      console.log(`${transport}, ${n} of ${CYCLES}: connected again after ${round.connected} ms, ${CHANNELS} ` +
        `channels after ${round.subscribed} ms; before: heap ${kilobytes(round.heap)}, ` +
        `resident ${kilobytes(round.resident)}`);
    }
  } finally {
    await stop();
  }
  const numbers = puppet.told.filter((line) => line.event === 'number').map((line) => JSON.parse(line.data).n);
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b), 'events twice or out of order');
  report(transport, path.how, rounds);
  assert.equal(await puppet.end(), 0);
}

describe('everything is lost every other ten seconds', { concurrency: true }, () => {
  for (const transport of Object.keys(TRANSPORTS)) {
    test(transport, { timeout: (MINUTES + 5) * 60_000 }, (t) => scenario(t, transport));
  }
});
