// web_end_to_end: how many events per second reach the handlers from `pusher serve`, beside pusher-js, in Node,
// Chromium and Firefox.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { application } from '../../tests/e2e/lib/application.mjs';
import { Program } from '../../tests/e2e/lib/program.mjs';
import { run } from './lib/clients.mjs';
import { threadClock } from './lib/cpu.mjs';
import { startGate } from './lib/gate.mjs';
import { note, ratio, row, start } from './lib/harness.mjs';
import { folder } from './lib/subjects.mjs';

const require = createRequire(import.meta.url);
require('./page/messages.js');
const { message, payload } = globalThis.benchMessages;

const EVENT = 'new-comment';
const CHANNELS = 100; // of one publish
const PUBLISHES_AT_A_TIME = 8;
const SIZES = [
  { size: 32, publishes: 300 },
  { size: 256, publishes: 300 },
  { size: 4096, publishes: 60 },
];
const DEADLINE_MS = 60_000;

const bench = start('web_end_to_end', ['node', 'chromium', 'firefox']);
const where = folder();

async function startServer() {
  const config = join(where, 'pusher.json');
  writeFileSync(config, JSON.stringify({ max_backlog: 1 << 30 }));
  const program = new Program(process.env.PUSHER_BIN, ['serve', '--quiet', '--listen', '127.0.0.1:0', '--config', config]);
  const line = await program.line('out', /^listening on /);
  return { program, port: Number(line.split(':').pop()) };
}

// Publishes to all channels so many times, and resolves when the gate has got all.
async function publish(sdk, { channels, gate }, { size, publishes }) {
  const text = (number) => payload(size, number);
  const frame = Buffer.byteLength(message(EVENT, channels[0], text(1)));
  const expected = publishes * channels.length * (frame + (frame < 126 ? 2 : 4));
  let next = 0;
  await Promise.all(Array.from({ length: PUBLISHES_AT_A_TIME }, async () => {
    while (next < publishes) await sdk.trigger(channels, EVENT, text(next++));
  }));
  const deadline = Date.now() + DEADLINE_MS;
  while (gate.waiting() < expected) {
    if (Date.now() > deadline) throw new Error(`only ${gate.waiting()} of ${expected} bytes have come`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

// One case after the other, each run for both in turn.
async function measure(platform, sdk, ways) {
  const rates = {};
  const steps = [];
  for (const one of SIZES) {
    for (let i = -1; i < bench.runs; i++) { // the first is to warm up
      const order = Object.keys(ways);
      for (const subject of i % 2 ? order.reverse() : order) steps.push({ ...one, subject, counts: i >= 0 });
    }
  }
  let current;
  let clock;
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });

  function tell(ms) {
    const cpu = clock.stop();
    const { size, subject, publishes, counts } = current;
    const seen = (rates[size] ??= {})[subject] ??= { wall: [], cpu: [] };
    if (!counts) return;
    seen.wall.push((publishes * CHANNELS * 1000) / ms);
    seen.cpu.push((publishes * CHANNELS * 1000) / cpu);
  }

  // What the client asks, in turn: `ready` or `ms` for the next burst; `waiting` when it may come.
  async function call({ waiting, ms }) {
    if (waiting) {
      clock.start();
      ways[current.subject].gate.open();
      return null;
    }
    if (ms !== undefined) tell(ms);
    current = steps.shift();
    if (!current) return void finish();
    const way = ways[current.subject];
    way.gate.close();
    await publish(sdk, way, current);
    return { expect: current.publishes * CHANNELS, subject: current.subject };
  }

  const setup = Object.fromEntries(
    Object.entries(ways).map(([name, { gate, channels }]) => [name, { port: gate.port, channels }]),
  );
  const options = { where, call, setup, scripts: ['receive', 'obey_page'], program: 'node_client.mjs' };
  await run(platform, options, finished, (leader) => {
    clock = threadClock(leader);
  });
  for (const [size, { 'pusher-c': ours, 'pusher-js': theirs }] of Object.entries(rates)) {
    const what = `${platform}: ${size} bytes`;
    for (const [unit, kind, by] of [['events/s', 'wall', ', clock'], ['events/s of CPU', 'cpu', '']]) {
      row(bench, what, 'pusher-c', ours[kind], unit);
      row(bench, what, 'pusher-js', theirs[kind], unit);
      ratio(bench, what, `pusher-c / pusher-js${by}`, ours[kind], theirs[kind]);
    }
  }
}

note(bench, `web_end_to_end: events from \`pusher serve\` to a handler, each on one of ${CHANNELS} channels. Each burst
is there before the client gets the first of it. CPU: of the client's busiest thread.`);
const server = await startServer();
const sdk = application(server.port);
for (const platform of bench.platforms) {
  const ways = {};
  for (const name of ['pusher-c', 'pusher-js']) {
    const channels = Array.from({ length: CHANNELS }, (_, number) => `${name}-${10_000 + number}`);
    ways[name] = { gate: await startGate(server.port), channels };
  }
  await measure(platform, sdk, ways);
  for (const { gate } of Object.values(ways)) gate.stop();
}
await server.program.stop('SIGKILL');
process.exit(0);
