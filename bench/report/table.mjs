// The report as one table of text: the benchmarks, below each its cases, below each its subjects.
import { duration, exact } from './numbers.mjs';

const GAP = '  ';
const HEAD = ['', 'median', 'min', 'max', 'unit', 'goal'];
const IS_NUMBER = [false, true, true, true, false, false];

const goalText = (row) => (row.goals ?? []).map(({ bound, state }) => `${bound} ${state}`).join(', ');

function cells(row) {
  const name = `    ${row.subject}`;
  if (row.missing !== undefined) return [name, { wide: `not measured: ${row.missing}` }];
  return [name, exact(row.median), exact(row.min), exact(row.max), row.unit, goalText(row)];
}

function headOf({ name, about, seconds, load, error }) {
  const under = load ? `, load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after` : '';
  const lines = [{ line: '' }, { line: `${name}: ${about} (${duration(seconds)}${under})` }];
  if (error) lines.push({ line: `  FAILED: ${error}` });
  return lines;
}

function linesOf(benchmark, rows) {
  const lines = headOf(benchmark);
  for (const what of new Set(rows.map((row) => row.case))) {
    lines.push({ line: `  ${what}` }, ...rows.filter((row) => row.case === what).map(cells));
  }
  return lines;
}

// Lays rows of cells out below each other; { line } and { wide } take what room they want.
export function layOut(head, lines) {
  const rows = [head, ...lines].filter(Array.isArray);
  const widths = head.map((_, i) =>
    Math.max(...rows.map((row) => (typeof row[i] === 'string' ? row[i].length : 0))));
  const cell = (text, i) => {
    if (typeof text !== 'string') return text.wide;
    return IS_NUMBER[i] ? text.padStart(widths[i]) : text.padEnd(widths[i]);
  };
  return [head, ...lines]
    .map((line) => (Array.isArray(line) ? line.map(cell).join(GAP).trimEnd() : line.line))
    .join('\n');
}

function goalLine({ about, bench, bound, state, row }) {
  let found = '';
  if (row?.missing !== undefined) found = `: ${row.missing}`;
  else if (row) found = `: ${exact(row.median)} (${exact(row.min)} to ${exact(row.max)}) ${row.unit}, ${row.case}`;
  return `  ${state.padEnd(13)} ${bound.padEnd(9)} ${bench}: ${about}${found}`;
}

function goalLines({ benchmarks, goals }) {
  const ran = new Set(benchmarks.map(({ name }) => name));
  const others = goals.filter(({ bench }) => !ran.has(bench)).length;
  const lines = goals.filter(({ bench }) => ran.has(bench)).map(goalLine);
  if (others) lines.push(`  not measured, for their benchmarks were not chosen: ${others} goals`);
  return lines;
}

// `report` is what results.json holds (main.mjs).
export function table(report) {
  const { benchmarks, runs } = report;
  const lines = benchmarks.flatMap((benchmark) => linesOf(benchmark, benchmark.rows));
  const failed = benchmarks.filter(({ error }) => error);
  const parts = [
    `Medians of ${runs} runs, with the least and the most; "times" is the median of the ratios of the pairs.`,
    layOut(HEAD, lines),
    `\nGoals\n${goalLines(report).join('\n')}`,
  ];
  if (failed.length) parts.push(`\nFailed: ${failed.map(({ name }) => name).join(', ')}`);
  return `${parts.join('\n')}\n`;
}

// Rows beside those of an earlier report.
export function comparison({ rows, since }) {
  const lines = [];
  let last;
  for (const { bench, case: what, subject, unit, before, now, ratio, apart } of rows) {
    if (`${bench} ${what}` !== last) lines.push({ line: `  ${bench}: ${what}` });
    last = `${bench} ${what}`;
    lines.push([`    ${subject}`, exact(before), exact(now), exact(ratio), unit, apart ? 'apart' : '']);
  }
  const head = `Beside the report of ${since}. "apart": not one run of the one lies within the spread of the other.`;
  return `\n${head}\n${layOut(['', 'before', 'now', 'now/before', 'unit', ''], lines)}\n`;
}
