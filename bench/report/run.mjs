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

// { name, rows, seconds, load: { before, after }, error }; error is only there if it failed, and says why.
// `signal`: an AbortSignal that ends it.
export async function run(name, { command, env, limitMs, signal: interruption }) {
  const result = { name, rows: [], load: { before: load() } };
  const began = Date.now();
  const fail = (text) => (result.error ??= text);
  const child = spawn(command[0], command.slice(1), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  child.on('error', (error) => fail(`it can't be started: ${error.message}`));
  let killer;
  const stop = () => {
    signal(child, 'SIGTERM');
    killer = setTimeout(() => signal(child, 'SIGKILL'), GRACE_MS);
  };
  const timer = setTimeout(() => {
    fail(`it took more than ${Math.round(limitMs / 1000)} s`);
    stop();
  }, limitMs);
  interruption?.addEventListener('abort', stop);
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      result.rows.push(readRow(line, name));
    } catch (error) {
      fail(error.message);
    }
  });
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  });
  const [code, end] = await once(child, 'close').catch(() => [null, null]);
  clearTimeout(timer);
  clearTimeout(killer);
  interruption?.removeEventListener('abort', stop);
  signal(child, 'SIGKILL'); // what it left behind
  const lines = said.filter((line) => line.trim() && !NOT_A_REASON.test(line));
  if (code !== 0) fail(`${end ?? `exit ${code}`}${lines.length ? `: ${lines.at(-1)}` : ''}`);
  else if (!result.rows.length) fail('it printed no row');
  if (result.error && lines.length > 1) result.said = lines;
  result.seconds = round((Date.now() - began) / 1000);
  result.load.after = load();
  return result;
}
