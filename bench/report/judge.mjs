// What the rows say of the goals. A goal names rows by bench, case, subject and unit (text or pattern; all, if it
// is left out), and has one bound for their medians: atLeast, atMost or below. It is met when each of these rows
// keeps the bound. A goal without a row, or with a row that could not be measured, is not met: it is "not measured".

const KEY = ['bench', 'case', 'subject', 'unit'];

const BOUNDS = {
  atLeast: { sign: '≥', keeps: (value, bound) => value >= bound, better: (a, b) => a > b },
  atMost: { sign: '≤', keeps: (value, bound) => value <= bound, better: (a, b) => a < b },
  below: { sign: '<', keeps: (value, bound) => value < bound, better: (a, b) => a < b },
};

const kindOf = (goal) => Object.keys(BOUNDS).find((kind) => goal[kind] !== undefined);

function fits(pattern, text) {
  if (pattern === undefined) return true;
  return pattern instanceof RegExp ? pattern.test(text ?? '') : pattern === text;
}

function concerns(goal, row) {
  return KEY.every((name) => (name === 'unit' && row.missing !== undefined) || fits(goal[name], row[name]));
}

// The bound as text, such as "≥ 10".
export function boundText(goal) {
  const kind = kindOf(goal);
  return `${BOUNDS[kind].sign} ${goal[kind].toLocaleString('en-US')}`;
}

// All goals, each with its bound, its state (met, missed, not measured) and `row`, the one that is farthest
// from it or why there is none. Rows that goals are about get a list of { bound, state }.
export function judge(goals, rows) {
  const judged = rows.map((row) => ({ ...row }));
  const verdicts = goals.map((goal) => {
    const { keeps, better } = BOUNDS[kindOf(goal)];
    const limit = goal[kindOf(goal)];
    const mine = judged.filter((row) => concerns(goal, row));
    const measured = mine.filter((row) => row.missing === undefined);
    for (const row of measured) {
      const state = keeps(row.median, limit) ? 'met' : 'missed';
      (row.goals ??= []).push({ bound: boundText(goal), limit, state });
    }
    const worst = measured.reduce((a, b) => (a && better(b.median, a.median) ? a : b), undefined);
    let state = 'met';
    if (worst && !keeps(worst.median, limit)) state = 'missed';
    else if (measured.length < Math.max(1, mine.length)) state = 'not measured';
    return { about: goal.about, bench: goal.bench, bound: boundText(goal), state, row: worst ?? mine[0] };
  });
  return { rows: judged, goals: verdicts };
}
