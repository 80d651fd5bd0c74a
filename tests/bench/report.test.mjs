// The runner: it collects rows, goes on after a failure, and tells of it; and the table.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { compare } from '../../bench/report/against.mjs';
import { BENCHMARKS } from '../../bench/report/benchmarks.mjs';
import { readFlags } from '../../bench/report/flags.mjs';
import { exact, short } from '../../bench/report/numbers.mjs';
import { failed, measure, report, write } from '../../bench/report/report.mjs';
import { comparison, table } from '../../bench/report/table.mjs';
import { FACTS, missing, result, row } from './rows.mjs';

const GOAL = { about: 'speed', bench: 'good', case: 'x', subject: 'us', atLeast: 100 };
const node = (program) => [process.execPath, '--eval', program, '--'];
const prints = (...rows) => rows.map((one) => `console.log(${JSON.stringify(JSON.stringify(one))});`).join('');
const good = { name: 'good', about: 'a good one', command: node(prints(row('good', 'x', 'us', 123))) };

// What `measure` gives, with all that it says on the way.
async function run(benchmarks, options = {}) {
  const said = [];
  const stream = { write: (text) => said.push(text) };
  const results = await measure(benchmarks, { runs: 5, env: process.env, stream, ...options });
  return { results, said: said.join(''), all: report(results, { ...FACTS, goals: [GOAL] }) };
}

test('rows are collected, with what the machine did', async () => {
  const { results, said, all } = await run([good]);
  assert.deepEqual(results[0].rows, [row('good', 'x', 'us', 123)]);
  assert.ok(Number.isFinite(results[0].load.before) && Number.isFinite(results[0].load.after));
  assert.match(said, /^\[1\/1\] good: 1 row, \d+:\d\d\n$/);
  assert.equal(failed(all), false);
  assert.match(table(all), / {4}us +123 +111 +135 {2}events\/s {2}≥ 100 met\n/);
});

test('each benchmark is asked for JSON and told the number of runs', async () => {
  const program = `console.log(JSON.stringify({ ...${JSON.stringify(row('good', 'x', 'us', 1))},`
    + ' case: process.argv.slice(1).join(" ") }))';
  const { results } = await run([{ ...good, command: node(program) }], { runs: 7 });
  assert.equal(results[0].rows[0].case, '--json --runs 7');
});

const FAILURES = {
  'ends with an error': [`${prints(row('bad', 'x', 'us', 1))} console.error('the reason'); process.exit(3)`, /exit 3: the reason/],
  throws: ['throw new Error("the reason")', /Error: the reason/],
  'is killed': ['process.kill(process.pid, "SIGKILL")', /SIGKILL/],
  'prints nothing': ['', /no row/],
  'prints what is no JSON': ['console.log("hello")', /no row: hello/],
  'prints rows of another one': [prints(row('good', 'x', 'us', 1)), /no row of bad/],
  'prints no number': [prints({ ...row('bad', 'x', 'us', 1), median: null }), /x, us: no number/],
};
for (const [what, [program, reason]] of Object.entries(FAILURES)) {
  test(`one that ${what} has failed, and the rest still runs`, async () => {
    const { results, said, all } = await run([{ name: 'bad', about: 'a bad one', command: node(program) }, good]);
    assert.match(results[0].error, reason);
    assert.match(said, /\[1\/2\] bad: FAILED/);
    assert.equal(results[1].rows.length, 1);
    assert.equal(failed(all), true);
    assert.match(table(all), /FAILED: .*\n/);
    assert.match(table(all), /\nFailed: bad\n$/);
  });
}

test('one that can not be started, or not be built, has failed', async () => {
  const { results } = await run([{ ...good, command: ['/nonexistent/program'] }]);
  assert.match(results[0].error, /can't be started/);
  const { results: others, all } = await run([good], { broken: ['good'] });
  assert.match(others[0].error, /can't be built/);
  assert.match(table(all), /FAILED: it can't be built/);
});

test('one that takes too long is ended', async () => {
  const { results } = await run([{ ...good, command: node('setInterval(() => {}, 1000)') }], { limitMs: 200 });
  assert.match(results[0].error, /took more than/);
});

test('an interruption ends the one that runs, and no other is begun', async () => {
  const interruption = new AbortController();
  const endless = { ...good, command: node('setInterval(() => {}, 1000)') };
  const running = run([endless, good], { signal: interruption.signal });
  interruption.abort();
  assert.equal((await running).results.length, 1);
});

test('a goal that is missed, or not measured, is no failure', async () => {
  const { all } = await run([{ ...good, command: node(prints(row('good', 'x', 'us', 5))) }]);
  assert.equal(failed(all), false);
  assert.match(table(all), /missed +≥ 100 +good: speed: 5\.00/);
  const { all: other } = await run([{ ...good, command: node(prints(row('good', 'y', 'us', 5))) }]);
  assert.match(table(other), /not measured +≥ 100 +good: speed\n/);
});

test('rows that could not be measured say so', () => {
  const all = report([result('good', [missing('good', 'x', 'soketi', 'it is not installed')])], { ...FACTS, goals: [GOAL] });
  assert.match(table(all), / {4}soketi +not measured: it is not installed\n/);
});

test('the files are written, and read again for a comparison', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-bench-test-'));
  const earlier = report([result('good', [row('good', 'x', 'us', 100), row('good', 'y', 'us', 0)])], { ...FACTS, goals: [GOAL] });
  try {
    assert.match(readFileSync(write(earlier, join(folder, 'deep/er')), 'utf8'), /^<!DOCTYPE html>/);
    const read = JSON.parse(readFileSync(join(folder, 'deep/er/results.json'), 'utf8'));
    assert.deepEqual(read, JSON.parse(JSON.stringify(earlier)));
    const now = report([result('good', [row('good', 'x', 'us', 150), row('good', 'y', 'us', 0), row('good', 'z', 'us', 1)])],
      { ...FACTS, goals: [GOAL] });
    const { rows, since } = compare(read, now);
    assert.deepEqual(rows.map(({ case: what, ratio, apart }) => [what, ratio, apart]), [['x', 1.5, true], ['y', 1, false]]);
    assert.match(comparison({ rows, since }), / {4}us +100 +150 +1\.50 {2}events\/s {2}apart\n/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('flags and names come from the command line and the environment', () => {
  const read = (args, env = {}) => readFlags(args, env, ['a', 'b']);
  assert.deepEqual(read([]), { json: false, runs: 5, against: undefined, names: ['a', 'b'] });
  assert.deepEqual(read(['b'], { BENCH_FLAGS: '--json --runs 9' }), { json: true, runs: 9, against: undefined, names: ['b'] });
  assert.deepEqual(read(['--against', 'file'], { BENCH: ' b  a ' }).names, ['b', 'a']);
  for (const wrong of [['--runs'], ['--runs', '0'], ['--runs', 'x'], ['--runs', '100'], ['--against'], ['c'], ['--what']]) {
    assert.throws(() => read(wrong), Error, wrong.join(' '));
  }
});

test('numbers are written as people read them', () => {
  assert.deepEqual([0, 0.0123, 0.5, 1.234, 12.34, 123.4, 1234567].map(exact),
    ['0', '0.012', '0.50', '1.23', '12.3', '123', '1,234,567']);
  assert.deepEqual([0, 0.05, 12.34, 999.9, 1234, 2_870_000, -3].map(short), ['0', '0.05', '12.3', '1 k', '1.23 k', '2.87 M', '-3']);
});

// CMake says which there are (bench/CMakeLists.txt).
const built = process.env.BENCHMARKS;
test('every benchmark that is built is in the list', { skip: !built || !existsSync(built) }, () => {
  const listed = BENCHMARKS.filter(({ script }) => !script).map(({ name }) => name);
  for (const name of readFileSync(built, 'utf8').trim().split('\n')) assert.ok(listed.includes(name), `${name} is not in bench/report/benchmarks.mjs`);
});
