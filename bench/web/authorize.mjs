// web_authorize: how long a hundred private channels take to be subscribed again after a reconnection, and how many
// requests that costs, beside pusher-js; the servers are a round trip of 20 ms away.
import { Program } from '../../tests/e2e/lib/program.mjs';
import { run } from './lib/clients.mjs';
import { farAway } from './lib/distance.mjs';
import { note, ratio, row, start } from './lib/harness.mjs';
import { folder } from './lib/subjects.mjs';

const CHANNELS = 100;
const ROUND_TRIP_MS = 20;
const SUBJECTS = {
  'pusher-c authBatch': { library: 'pusher-c', options: { authBatch: true } },
  'pusher-c': { library: 'pusher-c' },
  'pusher-js': { library: 'pusher-js' },
};
const NATIVE = {
  'libpusher auth_batch': { options: ['batch'] },
  libpusher: { options: [] },
};
// What is compared, and whose time for pusher-js counts.
const PLATFORMS = {
  node: { subjects: SUBJECTS, best: 'pusher-c authBatch', rival: 'node' },
  native: { subjects: NATIVE, best: 'libpusher auth_batch', rival: 'node' },
  chromium: { subjects: SUBJECTS, best: 'pusher-c authBatch', rival: 'chromium' },
  firefox: { subjects: SUBJECTS, best: 'pusher-c authBatch', rival: 'firefox' },
};

const bench = start('web_authorize', Object.keys(PLATFORMS));
const where = folder();

async function startServer() {
  const program = new Program(process.env.PUSHER_BIN, ['serve', '--quiet', '--dev-auth', '--listen', '127.0.0.1:0']);
  const line = await program.line('out', /^listening on /);
  return { program, port: Number(line.split(':').pop()) };
}

const endpointUrl = ({ endpoint }) => `http://127.0.0.1:${endpoint.port}/pusher/auth`;

// The native clients, each a program of its own; orders and answers are those of page/authorize.js.
async function runNative(ways, call) {
  const clients = {};
  for (const [name, way] of Object.entries(ways)) {
    const args = [way.service.port, endpointUrl(way), CHANNELS, ...way.options];
    clients[name] = new Program(process.env.BENCH_CLIENT, args.map(String), { input: null });
    await clients[name].line('out', /^[\d.]+$/);
  }
  for (let order = call({ ready: true }); order; ) {
    const client = clients[order.subject];
    const subscribed = client.line('out', /^[\d.]+$/, client.out.length);
    call({ waiting: true });
    order = call({ ms: Number(await subscribed) });
  }
  for (const client of Object.values(clients)) await client.stop('SIGKILL');
}

async function runWeb(platform, ways, call, finished) {
  const setup = {};
  for (const [name, way] of Object.entries(ways)) {
    const { service, channels, library, options } = way;
    setup[name] = { port: service.port, endpoint: endpointUrl(way), channels, library, options };
  }
  await run(platform, { where, call, setup, scripts: ['authorize', 'obey_page'], program: 'node_client.mjs' }, finished);
}

// Cuts the connection of one after the other, each run in another order.
async function measure(platform, ways) {
  const seen = {};
  const steps = [];
  for (let i = -1; i < bench.runs; i++) { // the first is to warm up
    const order = Object.keys(ways);
    for (const subject of i % 2 ? order.reverse() : order) steps.push({ subject, counts: i >= 0 });
  }
  let current;
  let before;
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });

  function tell(ms) {
    const { subject, counts } = current;
    const requests = ways[subject].endpoint.count - before;
    const mine = (seen[subject] ??= { ms: [], requests: [] });
    if (!counts) return;
    mine.ms.push(ms);
    mine.requests.push(requests);
  }

  // What the client asks, in turn: `ready` or `ms` for the next subject; `waiting` when it may be cut.
  function call({ waiting, ms }) {
    if (waiting) {
      before = ways[current.subject].endpoint.count;
      ways[current.subject].service.cut();
      return null;
    }
    if (ms !== undefined) tell(ms);
    current = steps.shift();
    if (!current) return void finish();
    return { subject: current.subject };
  }

  await (platform === 'native' ? runNative(ways, call) : runWeb(platform, ways, call, finished));
  return seen;
}

function report(platform, results) {
  const { best, rival } = PLATFORMS[platform];
  for (const [subject, { ms, requests }] of Object.entries(results[platform])) {
    row(bench, `${platform}: all subscribed after`, subject, ms, 'ms');
    row(bench, `${platform}: authorization`, subject, requests, 'requests');
  }
  const theirs = results[rival]?.['pusher-js'];
  const ours = results[platform][best];
  if (theirs) ratio(bench, `${platform}: all subscribed after`, `${best} / pusher-js`, ours.ms, theirs.ms);
}

note(bench, `web_authorize: ${CHANNELS} private channels after a reconnection, from \`connected\` until all are subscribed. The
service and the endpoint are ${ROUND_TRIP_MS} ms away, there and back.`);
const server = await startServer();
const results = {};
for (const platform of bench.platforms) {
  const ways = {};
  for (const [name, subject] of Object.entries(PLATFORMS[platform].subjects)) {
    ways[name] = {
      ...subject,
      service: await farAway(server.port, ROUND_TRIP_MS),
      endpoint: await farAway(server.port, ROUND_TRIP_MS, 'POST /pusher/auth '),
      channels: Array.from({ length: CHANNELS }, (_, number) => `private-${platform}-${number}`),
    };
  }
  results[platform] = await measure(platform, ways);
  report(platform, results);
  for (const { service, endpoint } of Object.values(ways)) {
    service.stop();
    endpoint.stop();
  }
}
await server.program.stop('SIGKILL');
process.exit(0);
