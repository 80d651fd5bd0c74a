// Tables in the output of tests: what was measured is as much a result as that it passed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Columns are as wide as their widest cell; numbers stand at the right.
export function table(title, heads, rows) {
  const text = (cell) => (cell === undefined || cell === null ? '' : String(cell));
  const widths = heads.map((head, column) =>
    Math.max(text(head).length, ...rows.map((row) => text(row[column]).length)));
  const line = (cells) => cells
    .map((cell, column) => (typeof cell === 'number'
      ? text(cell).padStart(widths[column])
      : text(cell).padEnd(widths[column])))
    .join('  ')
    .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [`${title}`, '', line(heads), rule, ...rows.map(line), ''].join('\n');
}

// Prints what a test has found out, and leaves it for scripts/test.sh, which prints it again: CTest shows
// only the output of tests that fail.
export function show(name, ...parts) {
  const text = parts.join('\n');
  console.log(text);
  const folder = process.env.PUSHER_RESULTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.txt`), `${text.trimEnd()}\n`);
}
