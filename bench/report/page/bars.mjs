// Bars that lie, one below the other, in groups; a whisker goes from the least to the most.
import { short } from '../numbers.mjs';
import { element, place, plot, textElement } from './markup.mjs';
import { scale } from './scale.mjs';
import { colour } from './subjects.mjs';

const WIDTH = 760;
const RIGHT = 150; // the numbers
const LETTER = 6.6; // about so wide
const MAX_LETTERS = 36;
const HEAD = 26; // of a group
const ROW = 20;
const BAR = 12;
const AXIS = 44;

const cut = (text) => (text.length > MAX_LETTERS ? `${text.slice(0, MAX_LETTERS - 1)}…` : text);

function spoken({ subject, median, min, max }, unit) {
  return `${subject} ${short(median)} ${unit} (${short(min)} to ${short(max)})`;
}

function describe({ cases, unit }) {
  return cases.map(({ case: what, rows }) => `${what}: ${rows.map((row) => spoken(row, unit)).join('; ')}.`).join(' ');
}

// Where everything is: names end at `left`, bars have `size`; `at` tells the place of a value.
function placing({ cases, ratio }) {
  const rows = cases.flatMap((one) => one.rows);
  const left = Math.round(16 + LETTER * Math.max(14, ...rows.map(({ subject }) => cut(subject).length)));
  const size = WIDTH - RIGHT - left;
  const limits = ratio ? rows.flatMap(({ goals = [] }) => goals.map(({ limit }) => limit)) : [];
  const values = [...rows.flatMap(({ min, max }) => [min, max]), ...limits.filter((limit) => limit > 0)];
  const x = scale(values, size, ratio ? { base: 1 } : {});
  return { left, size, ...x, at: (value) => place(left + x.at(value)) };
}

function whisker(x, y, { min, max }) {
  const [from, to] = [x.at(min), x.at(max)];
  const path = `M${from} ${y}H${to}M${from} ${y - 3}V${y + 3}M${to} ${y - 3}V${y + 3}`;
  return element('path', { class: 'whisker', d: path });
}

function goalMark(x, y, { limit }) {
  const at = x.at(limit);
  if (at < x.left || at > x.left + x.size) return '';
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
  const size = { x: from, y: y - BAR / 2, width: place(Math.max(to - from, 1)), height: BAR, rx: 2 };
  return [
    textElement('text', { class: 'name', x: x.left - 8, y: y + 4 }, cut(row.subject)),
    element('rect', { class: colour(row.subject), ...size }),
    whisker(x, y, row),
    ...(row.goals ?? []).map((goal) => goalMark(x, y, goal)),
    element('text', { class: 'value', x: WIDTH - RIGHT + 12, y: y + 4 }, short(row.median), verdict(row)),
  ].join('');
}

function axis(x, top, bottom, { unit, ratio, better }) {
  const parts = [ratio ? 'times; the line is where both are equal' : unit, x.log ? 'logarithmic' : '', better];
  return [
    ...x.ticks.map((tick) => [
      element('path', { class: 'grid', d: `M${x.at(tick)} ${top}V${bottom}` }),
      textElement('text', { class: 'tick', x: x.at(tick), y: bottom + 16 }, short(tick)),
    ].join('')),
    element('path', { class: 'base', d: `M${x.at(x.base)} ${top}V${bottom}` }),
    textElement('text', { class: 'axis', x: x.left + x.size / 2, y: bottom + 34 }, parts.filter(Boolean).join('; ')),
  ];
}

function heading(x, y, { case: what, better }) {
  const hint = better ? textElement('tspan', { class: 'hint', dx: 8 }, better) : '';
  return element('text', { class: 'case', x: x.left, y: y + 17 }, textElement('tspan', {}, what), hint);
}

export function drawBars(id, figure, title) {
  const x = placing(figure);
  const parts = [];
  let y = 4;
  for (const one of figure.cases) {
    parts.push(heading(x, y, one));
    y += HEAD;
    for (const row of one.rows) {
      parts.push(bar(x, y + ROW / 2, row));
      y += ROW;
    }
  }
  const frame = { width: WIDTH, height: y + AXIS, title, description: describe(figure) };
  return plot(id, frame, ...axis(x, 4, y + 4, figure), ...parts);
}
