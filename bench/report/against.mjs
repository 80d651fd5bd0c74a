// The rows of a report beside those of an earlier one. Not within one run: it tells of the machine's other work too.
import { readFileSync } from 'node:fs';

const keyOf = (row) => JSON.stringify([row.bench, row.case, row.subject, row.unit]);

export function readReport(path) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(report.benchmarks)) throw new Error(`${path} is no report of these benchmarks`);
  return report;
}

const rowsOf = (report) => report.benchmarks.flatMap(({ rows }) => rows).filter((row) => row.missing === undefined);

// `apart`: the spreads do not touch each other.
export function compare(earlier, report) {
  const old = new Map(rowsOf(earlier).map((row) => [keyOf(row), row]));
  const rows = [];
  for (const row of rowsOf(report)) {
    const before = old.get(keyOf(row));
    if (!before) continue;
    const { bench, case: what, subject, unit } = row;
    rows.push({
      bench, case: what, subject, unit,
      before: before.median,
      now: row.median,
      ratio: row.median === before.median ? 1 : row.median / before.median, // nothing may have become nothing
      apart: row.min > before.max || row.max < before.min,
    });
  }
  return { since: earlier.when, rows };
}
