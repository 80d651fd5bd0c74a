// `pusher serve` with thousands of clients over all transports, a publisher, and injuries one after the other:
// restarts, kills, a process that stands still, a full disk, no descriptors, clients that take nothing. Nothing is
// lost that was promised, everybody comes back, and memory stays what it was. docs/soak.md tells more.
//
//     MIN=3 node tests/soak/crowd.mjs [--clients N] [--crowds N] [--rate N] [--only INJURY,...] [--seed N] [--json]
import { mkdirSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { BIN } from '../e2e/lib/servers.mjs';
import { Disk, inMountNamespace } from './lib/disk.mjs';
import { growth } from './lib/growth.mjs';
import { ALWAYS_LOGGED, INJURIES } from './lib/injuries.mjs';
import { recover } from './lib/recovery.mjs';
import { Report } from './lib/report.mjs';
import { World } from './lib/world.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CROWD_BIN = process.env.SOAK_CROWD_BIN ?? join(ROOT, 'build/bin/soak_crowd');
const RECOVERY_S = 8; // on a quiet machine, to guess what there is time for

function readOptions() {
  const { values } = parseArgs({ options: {
    clients: { type: 'string', default: '2000' },
    crowds: { type: 'string', default: '4' },
    feeds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '1' }, // events a second on each feed
    only: { type: 'string' },
    seed: { type: 'string' },
    folder: { type: 'string', default: join(ROOT, 'build/soak') },
    json: { type: 'boolean', default: false },
  } });
  const options = { ...values, minutes: Number(process.env.MIN || 3) };
  for (const name of ['clients', 'crowds', 'feeds', 'rate']) options[name] = Number(values[name]);
  options.seed = Number(values.seed ?? Date.now() % 1_000_000);
  return options;
}

// Numbers from 0 to 1 that depend on the seed only.
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// What is done in which order, without end: the first round as it is listed, the next ones shuffled.
function* order(injuries, random) {
  yield* injuries;
  for (;;) {
    const left = [...injuries];
    while (left.length > 0) yield left.splice(Math.floor(random() * left.length), 1)[0];
  }
}

// A process with HTTP sessions needs two descriptors for each client, and some in between.
function fewerClients(options, report) {
  const allowed = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).replace('unlimited', '1e9'));
  const most = Math.floor((allowed - 500) / 2.5);
  if (most >= options.clients) return;
  report.push(`only ${most} of ${options.clients} clients: the system allows ${allowed} descriptors`);
  options.clients = most;
}

// Warnings and errors that do not belong to what was done.
function judgeLog(world, expected = []) {
  const bad = world.server.newLines().filter((line) => / (warning|error) /.test(line) &&
    ![...ALWAYS_LOGGED, ...expected].some((pattern) => pattern.test(line)));
  return ['the log has nothing else', bad[0] ?? ''];
}

async function cycle(world, report, injury) {
  const before = { connects: world.connects(), events: world.count('events'), taken: world.publisher.taken,
    failed: world.publisher.failed };
  world.baseline = before;
  world.least = before.connects + (injury.anew?.(world) ?? 0);
  report.doing = injury.name;
  const failures = report.checks.filter((check) => check.problem).length;
  report.check(injury.name, await injury.run(world));
  report.doing = `after ${injury.name}`;
  const healed = Date.now();
  await world.allThere();
  const backMs = Date.now() - healed;
  const checks = await recover(world);
  report.check(injury.name, checks);
  report.check(injury.name, [judgeLog(world, injury.log)]);
  report.cycle({ injury: injury.name, at: report.at(), backMs, lost: world.connects() - before.connects,
    events: world.count('events') - before.events, taken: world.publisher.taken - before.taken,
    untaken: world.publisher.failed - before.failed, failures: Object.fromEntries(world.publisher.failures),
    failed: report.checks.filter((check) => check.problem).length - failures, ...(await world.measure()) });
  world.publisher.goOn();
  return checks[0][1] === ''; // without all clients the next injuries would tell nothing
}

// Injures until the time is over. What there was no time for is told.
async function injureAll(world, report, options) {
  const wanted = options.only?.split(',');
  const known = INJURIES.filter(({ name }) => !wanted || wanted.includes(name));
  const able = known.filter((injury) => injury.needs !== 'disk' || world.disk);
  for (const { name } of known.filter((injury) => !able.includes(injury)))
    report.skip(name, 'nothing can be mounted here');
  const end = Date.now() + options.minutes * 60_000;
  const waiting = new Set(able);
  for (const injury of order(able, world.random)) {
    const isTimeFor = ({ seconds }) => Date.now() + (seconds + RECOVERY_S) * 1000 <= end;
    if (wanted ? waiting.size === 0 && !isTimeFor(injury) : !able.some(isTimeFor)) break;
    if (!wanted && !isTimeFor(injury)) continue;
    waiting.delete(injury);
    if (!(await cycle(world, report, injury))) break;
  }
  for (const { name, seconds } of waiting) report.skip(name, `no time: it takes ${seconds} s`);
}

async function soak(world, report, options) {
  report.say(`${world.total} clients in ${options.crowds} processes, ${options.feeds} feeds with ${options.rate} ` +
    `events/s each, ${options.minutes} minutes, seed ${options.seed}; logs in ${world.folder}`);
  await world.begin();
  const timer = setInterval(() => report.progress(), 1000);
  try {
    world.baseline = { connects: 0 };
    const checks = await recover(world);
    report.check('connecting', checks);
    report.say(`${report.at()} all are there`);
    world.publisher.goOn();
    if (checks[0][1] === '') await injureAll(world, report, options);
  } finally {
    clearInterval(timer);
  }
  report.check('the end', [...(await world.end()), judgeLog(world)]);
}

async function main() {
  const options = readOptions();
  const hasDisk = await inMountNamespace();
  const folder = join(options.folder, 'crowd');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const notes = [];
  fewerClients(options, notes);
  const random = randomOf(options.seed);
  const disk = hasDisk ? new Disk(join(folder, 'disk')) : null;
  const world = new World({ options, bin: BIN, crowdBin: CROWD_BIN, folder, disk, random });
  const report = new Report({ world, isJson: options.json, seed: options.seed, folder });
  notes.forEach((note) => report.skip('some clients', note));
  try {
    await soak(world, report, options);
  } catch (error) {
    report.check(report.doing, [['the soak goes on', error.stack]]);
  }
  const grown = growth(report.cycles);
  for (const { name, memory } of grown) if (memory) report.check(name, [['memory is flat', memory.problem]]);
  process.exit(report.finish(grown) ? 0 : 1);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
await main();
