// Bars that lie, one below the other, in groups; a whisker goes from the least to the most.
import { short } from '../numbers.mjs';
import { element, place, plot, textElement } from './markup.mjs';
import { scale } from './scale.mjs';
import { colour } from './subjects.mjs';

const WIDTH = 760;
const LEFT = 190; // the names
const RIGHT = 150; // the numbers
const SIZE = WIDTH - LEFT - RIGHT;
const HEAD = 26; // of a group
const ROW = 20;
const BAR = 12;
const AXIS = 44;
const NAME_LETTERS = 27;

const cut = (text) => (text.length > NAME_LETTERS ? `${text.slice(0, NAME_LETTERS - 1)}…` : text);

function spoken({ subject, median, min, max }, unit) {
  return `${subject} ${short(median)} ${unit} (${short(min)} to ${short(max)})`;
}

function describe({ cases, unit }) {
  return cases.map(({ case: what, rows }) => `${what}: ${rows.map((row) => spoken(row, unit)).join('; ')}.`).join(' ');
}

function whisker(x, y, { min, max }) {
  const [from, to] = [place(LEFT + x.at(min)), place(LEFT + x.at(max))];
  const middle = place(y);
  const path = `M${from} ${middle}H${to}M${from} ${middle - 3}V${middle + 3}M${to} ${middle - 3}V${middle + 3}`;
  return element('path', { class: 'whisker', d: path });
}

function goalMark(x, y, { limit }) {
  const at = place(LEFT + x.at(limit));
  return element('path', { class: 'goal', d: `M${at} ${y - ROW / 2 + 1}V${y + ROW / 2 - 1}` });
}

function verdict({ goals = [] }) {
  if (!goals.length) return '';
  const state = goals.some((goal) => goal.state === 'missed') ? 'missed' : 'met';
  const bounds = goals.map(({ bound }) => bound).join(', ');
  return textElement('tspan', { class: state, dx: 8 }, `${state === 'met' ? '✓' : '✗'} ${bounds}`);
}

function bar(x, y, row) {
  const [from, to] = [x.at(x.base), x.at(row.median)].sort((a, b) => a - b);
  const goals = (row.goals ?? []).filter(({ limit }) => x.at(limit) >= 0 && x.at(limit) <= SIZE);
  return [
    textElement('text', { class: 'name', x: LEFT - 8, y: y + 4 }, cut(row.subject)),
    element('rect', {
      class: colour(row.subject),
      x: place(LEFT + from),
      y: y - BAR / 2,
      width: place(Math.max(to - from, 1)),
      height: BAR,
      rx: 2,
    }),
    whisker(x, y, row),
    ...goals.map((goal) => goalMark(x, y, goal)),
    element('text', { class: 'value', x: WIDTH - RIGHT + 12, y: y + 4 }, short(row.median), verdict(row)),
  ].join('');
}

function axis(x, top, bottom, { unit, ratio }) {
  const kind = x.log ? ', logarithmic' : '';
  const label = ratio ? `${unit}: the line is where both are equal${kind}` : `${unit}${kind}`;
  return [
    ...x.ticks.map((tick) => {
      const at = place(LEFT + x.at(tick));
      return [
        element('path', { class: 'grid', d: `M${at} ${top}V${bottom}` }),
        textElement('text', { class: 'tick', x: at, y: bottom + 16 }, short(tick)),
      ].join('');
    }),
    element('path', { class: 'base', d: `M${place(LEFT + x.at(x.base))} ${top}V${bottom}` }),
    textElement('text', { class: 'axis', x: LEFT + SIZE / 2, y: bottom + 34 }, label),
  ];
}

function scaleOf({ cases, ratio }) {
  const rows = cases.flatMap((one) => one.rows);
  const limits = rows.flatMap(({ goals = [] }) => goals.map(({ limit }) => limit));
  const values = [...rows.flatMap(({ min, max }) => [min, max]), ...(ratio ? limits.filter((limit) => limit > 0) : [])];
  return scale(values, SIZE, ratio ? { base: 1 } : {});
}

export function drawBars(id, figure, title) {
  const x = scaleOf(figure);
  const parts = [];
  let y = 4;
  for (const { case: what, rows } of figure.cases) {
    parts.push(textElement('text', { class: 'case', x: LEFT, y: y + 17 }, what));
    y += HEAD;
    for (const row of rows) {
      parts.push(bar(x, y + ROW / 2, row));
      y += ROW;
    }
  }
  const frame = { width: WIDTH, height: y + AXIS, title, description: describe(figure) };
  return plot(id, frame, ...axis(x, 4, y + 4, figure), ...parts);
}
