// startup: milliseconds from the start of a program until it is ready, beside other people's.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { missing, note, ratio, row, start } from './web/lib/harness.mjs';
import { folder, subjects } from './web/lib/subjects.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const SOKETI = path('../tests/e2e/soketi/node_modules/@soketi/soketi/bin/server.js');
const SCRIPT = path('startup/client_start.cjs');
const bench = start('startup', []);
const program = (name) => join(process.env.BENCH_BUILD, 'bin', `bench_${name}`);
const libraries = await subjects('node', folder());

// A port that nobody listens on.
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

const soketiSettings = (port, metrics) => ({
  AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
  SOKETI_HOST: '127.0.0.1',
  SOKETI_PORT: port,
  SOKETI_METRICS_HOST: '127.0.0.1',
  SOKETI_METRICS_SERVER_PORT: metrics,
});

// The command's words for a port; `accepts`: it is ready when it takes connections there, not when it prints a line.
const COMMANDS = {
  'pusher version': { words: () => [process.env.PUSHER_BIN, 'version'] },
  'Node alone': { words: () => ['node', '--eval', 'console.log(1)'] },
};
const SERVERS = {
  'pusher serve': {
    words: (port) => [process.env.PUSHER_BIN, 'serve', '--listen', `127.0.0.1:${port}`],
    accepts: true,
  },
  soketi: { words: () => ['node', SOKETI, 'start'], accepts: true, env: soketiSettings, file: SOKETI },
};
const underNode = (file) => ({ words: (port) => ['node', SCRIPT, file, port], file });
const CLIENTS = {
  libpusher: { words: (port) => [program('startup_client'), port] },
  'pusher.js under Node': underNode(libraries['pusher-c']),
  'pusher-js under Node': underNode(libraries['pusher-js']),
};
const CASES = {
  'a command until its first line': { subjects: COMMANDS, pairs: [] },
  'a server until it accepts': { subjects: SERVERS, pairs: [['pusher serve', 'soketi']] },
  'a client until it is made': {
    subjects: CLIENTS,
    pairs: [['libpusher', 'pusher-js under Node'], ['pusher.js under Node', 'pusher-js under Node']],
  },
};

async function time({ words, accepts, env = () => ({}) }) {
  const port = await freePort();
  const settings = { ...process.env, ...env(port, await freePort()) };
  const flags = accepts ? ['--accepts', port] : [];
  const { stdout } = await promisify(execFile)(program('stopwatch'), [...flags, ...words(port)], { env: settings });
  return Number(stdout);
}

async function measure(what, { subjects: all, pairs }) {
  const times = {};
  for (const [name, { file }] of Object.entries(all)) {
    if (!file || existsSync(file)) times[name] = [];
    else missing(bench, what, name, `${file} is not there`);
  }
  for (let run = -1; run < bench.runs; run++) { // the first is to warm up
    const order = Object.keys(times);
    for (const name of run % 2 ? order.reverse() : order) {
      const taken = await time(all[name]);
      if (run >= 0) times[name].push(taken);
    }
  }
  for (const [name, taken] of Object.entries(times)) row(bench, what, name, taken, 'ms');
  for (const [ours, theirs] of pairs) {
    if (times[theirs]) ratio(bench, what, `${ours} / ${theirs}`, times[ours], times[theirs]);
  }
}

note(bench, `startup: milliseconds from the start of a program, which has processor 0 for itself. A client is made when
it has begun to connect.`);
for (const [what, one] of Object.entries(CASES)) await measure(what, one);
process.exit(0); // clients keep timers
