// Which plots the rows of a benchmark are shown in. Rows of one unit share one; those whose cases differ by a
// number (of subscribers, or a percentile) become curves over it.

// What the number in a case's name is, and where it lies on an axis.
const AXES = [
  {
    label: 'number of subscribers',
    pattern: /([\d,]+) (?:subscribers|connections)/,
    ticks: (x) => x.toLocaleString('en-US'),
    at: Math.log10,
  },
  {
    label: 'percentile',
    pattern: /\bp(\d+(?:\.\d+)?)/,
    ticks: (x) => `p${x}`,
    at: (x) => -Math.log10(1 - x / 100),
  },
];
const POINTS = 3; // fewer are no curve
const BARS = 24; // more are shown for each platform by itself
const RATIO = 'times';

function group(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

// { axis, x, rest } of a row whose case has a number; rest is the case without it.
function point(row) {
  for (const axis of AXES) {
    const found = row.case.match(axis.pattern);
    if (found) {
      const rest = row.case.replace(found[0], '').replace(/^[\s,:]+|[\s,:]+$/g, '').replace(/\s*,\s*,\s*/g, ', ');
      return { axis, x: Number(found[1].replaceAll(',', '')), rest };
    }
  }
  return undefined;
}

function curve(rows) {
  const points = rows.map((row) => ({ row, ...point(row) }));
  const [{ axis, rest, row: { unit } }] = points;
  const series = [...group(points, ({ row }) => row.subject)].map(([subject, mine]) => ({
    subject,
    points: mine.map(({ row, x }) => ({ x, ...row })).sort((a, b) => a.x - b.x),
  }));
  return { kind: 'curve', title: rest, unit, better: better(unit), axis, series };
}

// What stands before a colon, such as the platform.
const prefix = (row) => row.case.match(/^([^:]+): /)?.[1] ?? '';

// What stands before the first comma, if it is the same in all cases.
function common(cases) {
  const [first, ...others] = cases.map((text) => text.match(/^[^,]+, /)?.[0]);
  return others.length && first && others.every((one) => one === first) ? first : '';
}

// Rates shall be high, costs low; nothing is known of shares.
function better(unit) {
  if (unit === '%') return '';
  return /\/s\b/.test(unit) ? 'more is better' : 'less is better';
}

// What is better for the ratios of each case: they stand behind the numbers that they are of.
function directions(rows) {
  const found = new Map();
  let last = {};
  for (const row of rows) {
    if (row.unit !== RATIO) last = row;
    else if (last.case === row.case && !found.has(row.case)) found.set(row.case, better(last.unit));
  }
  return found;
}

// `hints`: what is better for the ratios of a case.
function bars(rows, unit, where, hints) {
  const ratio = unit === RATIO;
  const cut = where ? where.length + 2 : 0;
  const cases = [...group(rows, (row) => row.case)];
  const shared = common(cases.map(([what]) => what.slice(cut)));
  return {
    kind: 'bars',
    title: [where, shared.replace(/, $/, '')].filter(Boolean).join(': '),
    unit,
    ratio,
    better: ratio ? '' : better(unit),
    cases: cases.map(([what, mine]) => ({
      case: what.slice(cut + shared.length),
      better: (ratio && hints.get(what)) || '',
      rows: mine,
    })),
  };
}

// Splits rows into those of curves and the others.
function findCurves(rows) {
  const candidates = rows.filter((row) => row.unit !== RATIO && point(row));
  const sets = group(candidates, (row) => JSON.stringify([row.unit, point(row).axis.label, point(row).rest]));
  const curves = [...sets.values()].filter((set) => new Set(set.map((row) => point(row).x)).size >= POINTS);
  const taken = new Set(curves.flat());
  return { curves, others: rows.filter((row) => !taken.has(row)) };
}

export function figures(rows) {
  const measured = rows.filter((row) => row.missing === undefined);
  const hints = directions(measured);
  const { curves, others } = findCurves(measured);
  const barred = [...group(others, ({ unit }) => unit)].flatMap(([unit, mine]) => {
    const parts = mine.length > BARS ? [...group(mine, prefix)] : [['', mine]];
    return parts.map(([where, some]) => bars(some, unit, where, hints));
  });
  return [...barred, ...curves.map(curve)];
}
