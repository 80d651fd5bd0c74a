// A table for the output of a test: what was measured is as much the result as that it passed.

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
