// Runs one benchmark: a process group of its own, whose lines of JSON are the rows, and which has a time limit.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import readline from 'node:readline';

const GRACE_MS = 5000; // for a benchmark to end what it has started
const KEPT_LINES = 20; // of what it says on standard error
const NOT_A_REASON = /^\s*(at |[}\]]|Node\.js v)/; // but what surrounds one, when Node ends by an exception

const round = (number) => Math.round(number * 100) / 100;
const load = () => round(loadavg()[0]);

function signal(child, name) {
  if (!child.pid) return; // it was not started
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function readRow(line, name) {
  let row;
  try {
    row = JSON.parse(line);
  } catch {
    throw new Error(`it printed what is no row: ${line.slice(0, 100)}`);
  }
  if (row.bench !== name || typeof row.case !== 'string' || typeof row.subject !== 'string') {
    throw new Error(`it printed what is no row of ${name}: ${line.slice(0, 100)}`);
  }
  const numbers = [row.median, row.min, row.max];
  if (row.missing === undefined && !numbers.every(Number.isFinite)) {
    throw new Error(`${row.case}, ${row.subject}: no number`);
  }
  return row;
}

// Ends a child when `limitMs` have passed or `interruption`, an AbortSignal, comes: fail(why) is called before. The
// result is to be called when the child has ended.
function guard(child, { limitMs, interruption, fail }) {
  let killer;
  const stop = (why) => {
    fail(why);
    signal(child, 'SIGTERM');
    killer ??= setTimeout(() => signal(child, 'SIGKILL'), GRACE_MS);
  };
  const timer = setTimeout(() => stop(`it took more than ${Math.round(limitMs / 1000)} s`), limitMs);
  const interrupt = () => stop('it was interrupted');
  interruption?.addEventListener('abort', interrupt);
  return () => {
    clearTimeout(timer);
    clearTimeout(killer);
    interruption?.removeEventListener('abort', interrupt);
    signal(child, 'SIGKILL'); // what it has left behind
  };
}

// Hands each line to take(line).
const eachLine = (stream, take) => readline.createInterface({ input: stream }).on('line', take);

// { name, rows, seconds, load: { before, after }, error, said }; error is only there if it failed, and says why; `said`
// is what it printed last on standard error. `signal`: an AbortSignal that ends it.
export async function run(name, { command, env, limitMs, signal: interruption }) {
  const result = { name, rows: [], load: { before: load() } };
  const began = Date.now();
  const fail = (text) => (result.error ??= text);
  const said = [];
  const child = spawn(command[0], command.slice(1), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.on('error', (error) => fail(`it can't be started: ${error.message}`));
  const release = guard(child, { limitMs, interruption, fail });
  eachLine(child.stdout, (line) => {
    try {
      result.rows.push(readRow(line, name));
    } catch (error) {
      fail(error.message);
    }
  });
  eachLine(child.stderr, (line) => {
    if (line.trim() && !NOT_A_REASON.test(line)) said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  });
  const [code, end] = await once(child, 'close').catch(() => [null, null]);
  release();
  if (code !== 0) fail(`${end ?? `exit ${code}`}${said.length ? `: ${said.at(-1)}` : ''}`);
  else if (!result.rows.length) fail('it printed no row');
  if (result.error && said.length > 1) result.said = said;
  result.seconds = round((Date.now() - began) / 1000);
  result.load.after = load();
  return result;
}
