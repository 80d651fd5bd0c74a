// Runs benchmarks one after the other and makes the report of them. One that fails is said to have failed, and the
// rest still runs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { judge } from './judge.mjs';
import { page } from './page/page.mjs';
import { Progress } from './progress.mjs';
import { run } from './run.mjs';

const LIMIT_MS = 15 * 60_000; // of one benchmark with the default number of runs
export const DEFAULT_RUNS = 5;

function outcome({ error, rows }) {
  if (error) return `FAILED: ${error}`;
  return `${rows.length} row${rows.length === 1 ? '' : 's'}`;
}

// `benchmarks`: { name, about, command }; `broken`: names of those that could not be built; `signal`: an AbortSignal
// that ends it early.
export async function measure(benchmarks, { runs, env, stream, broken = [], limitMs = LIMIT_MS, signal }) {
  const progress = new Progress(stream, benchmarks.length);
  const results = [];
  for (const [i, { name, about, command }] of benchmarks.entries()) {
    if (signal?.aborted) break;
    progress.begin(i + 1, name);
    const words = [...command, '--json', '--runs', String(runs)];
    const result = broken.includes(name)
      ? { name, rows: [], seconds: 0, error: 'it can\'t be built' }
      : await run(name, { command: words, env, limitMs: limitMs * Math.max(1, runs / DEFAULT_RUNS), signal });
    progress.end(outcome(result));
    results.push({ about, ...result });
  }
  return results;
}

// What results.json holds: facts about the run, each benchmark with its rows, and what became of the goals.
export function report(results, { goals, ...facts }) {
  const benchmarks = results.map((result) => ({ ...result }));
  const { rows, goals: verdicts } = judge(goals, results.flatMap((result) => result.rows));
  for (const benchmark of benchmarks) benchmark.rows = rows.filter(({ bench }) => bench === benchmark.name);
  return { ...facts, benchmarks, goals: verdicts };
}

export const failed = ({ benchmarks }) => benchmarks.some(({ error }) => error !== undefined);

// The page's path.
export function write(all, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(all, null, 1)}\n`);
  const path = join(folder, 'index.html');
  writeFileSync(path, page(all));
  return path;
}
