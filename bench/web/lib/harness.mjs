// What the benchmarks of pusher.js share, as harness.h is what those in C share: flags, and a report of medians
// as a table or as JSON. What is compared takes turns within each run.

const DEFAULT_RUNS = 5;
const MAX_RUNS = 99;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

// Reads --json and --runs N, and names of platforms to be measured alone.
export function start(name, platforms) {
  const bench = { name, runs: DEFAULT_RUNS, json: false, hasHead: false, platforms: [] };
  const words = process.argv.slice(2);
  while (words.length) {
    const word = words.shift();
    if (word === '--json') bench.json = true;
    else if (word === '--runs') {
      bench.runs = Number(words.shift());
      if (!(Number.isInteger(bench.runs) && bench.runs >= 1 && bench.runs <= MAX_RUNS)) {
        fail(`--runs takes a number from 1 to ${MAX_RUNS}`);
      }
    } else if (platforms.includes(word)) bench.platforms.push(word);
    else fail(`usage: ${name} [--json] [--runs N] [${platforms.join('|')}]...`);
  }
  // What was started, and what was written, goes with the program in any case.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  if (!bench.platforms.length) bench.platforms = platforms;
  return bench;
}

export function note(bench, text) {
  if (!bench.json) process.stdout.write(`${text}\n`);
}

const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
const rounded = (value) => value.toFixed(value < 100 ? 2 : 0).padStart(15);

function printHead(bench) {
  if (bench.hasHead) return;
  const head = ['median', 'min', 'max'].map((word) => word.padStart(15)).join('');
  process.stdout.write(`\n${bench.name.padEnd(46)} ${''.padEnd(24)}${head}\n`);
  bench.hasHead = true;
}

function print(bench, { what, subject, json, text }) {
  if (bench.json) {
    process.stdout.write(`${JSON.stringify({ bench: bench.name, case: what, subject, ...json })}\n`);
    return;
  }
  printHead(bench);
  process.stdout.write(`${what.padEnd(46)} ${subject.padEnd(24)}${text}\n`);
}

// A row: the median of what one subject did in each run, with minimum and maximum.
export function row(bench, what, subject, values, unit) {
  const sorted = [...values].sort((a, b) => a - b);
  const numbers = { median: median(sorted), min: sorted[0], max: sorted.at(-1) };
  const cells = Object.values(numbers).map(rounded).join('');
  print(bench, { what, subject, json: { unit, ...numbers, runs: sorted.length }, text: `${cells}  ${unit}` });
}

// A row for what can't be measured here, such as a peer that is not installed; the benchmark goes on.
export function missing(bench, what, subject, reason) {
  print(bench, { what, subject, json: { missing: reason }, text: `not measured: ${reason}` });
}

// A row: the median of the quotients of each pair of runs.
export function ratio(bench, what, subject, ones, others) {
  row(bench, what, subject, ones.map((value, run) => value / others[run]), 'times');
}
