// `make bench`: builds an optimized copy, measures it beside other people's programs, and reports: one table (or, with
// --json, one JSON document) on standard output; a page with plots and the same as JSON in build/bench.
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compare, readReport } from './against.mjs';
import { BENCHMARKS } from './benchmarks.mjs';
import { Build } from './build.mjs';
import { readFlags } from './flags.mjs';
import { GOALS } from './goals.mjs';
import { machine, peers } from './machine.mjs';
import { failed, measure, report, write } from './report.mjs';
import { comparison, table } from './table.mjs';

const INTERRUPTED = 130;
const root = fileURLToPath(new URL('../..', import.meta.url));

function fail(error) {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(2);
}

function prepare() {
  const flags = readFlags(process.argv.slice(2), process.env, BENCHMARKS.map(({ name }) => name));
  return { flags, earlier: flags.against && readReport(flags.against) }; // read it before it is written anew
}

async function main({ flags, earlier }) {
  const chosen = BENCHMARKS.filter(({ name }) => flags.names.includes(name));
  const build = new Build(root);
  const broken = build.prepare(chosen).map(({ name }) => name);
  const facts = {
    when: new Date().toISOString(),
    runs: flags.runs,
    machine: machine(root, build.folder),
    peers: peers(root),
  };
  // Interrupted, it ends the benchmark that runs, which gets the time to end what it has started in turn.
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => interruption.abort());
  const results = await measure(
    chosen.map((one) => ({ ...one, command: build.command(one) })),
    { runs: flags.runs, env: build.environment(), broken, stream: process.stderr, signal: interruption.signal },
  );
  if (interruption.signal.aborted) return INTERRUPTED;
  const all = report(results, { ...facts, goals: GOALS });
  if (earlier) all.against = compare(earlier, all);
  const path = write(all, join(root, 'build/bench'));
  if (flags.json) process.stdout.write(`${JSON.stringify(all, null, 1)}\n`);
  else process.stdout.write(`${table(all)}${all.against ? comparison(all.against) : ''}`);
  process.stderr.write(`\nWith plots: ${relative(process.cwd(), path)}\n`);
  return failed(all) ? 1 : 0;
}

let prepared;
try {
  prepared = prepare();
} catch (error) {
  fail(error);
}
process.exitCode = await main(prepared);
