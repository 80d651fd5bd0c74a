// Curves over a number: of subscribers, or a percentile. Their names stand at their ends.
import { short } from '../numbers.mjs';
import { element, place, plot, textElement } from './markup.mjs';
import { scale } from './scale.mjs';
import { colour } from './subjects.mjs';

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 170; // the names
const TOP = 16;
const BOTTOM = 52;
const ACROSS = WIDTH - LEFT - RIGHT;
const DOWN = HEIGHT - TOP - BOTTOM;
const LINE = 15; // from one name to the next
const INSET = 24;

function describe({ series, unit, axis }) {
  return series.map(({ subject, points }) =>
    `${subject}: ${points.map(({ x, median }) => `${axis.ticks(x)}: ${short(median)} ${unit}`).join(', ')}.`).join(' ');
}

// Places of the points; those of the axis are as far from each other as `axis.at` says.
function placing({ series, axis }) {
  const points = series.flatMap((one) => one.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const [from, to] = [axis.at(xs[0]), axis.at(xs.at(-1))];
  const y = scale(points.flatMap(({ min, max }) => [min, max]), DOWN);
  return {
    xs,
    y,
    across: (x) => place(LEFT + INSET + ((axis.at(x) - from) / (to - from)) * (ACROSS - 2 * INSET)),
    down: (value) => place(TOP + DOWN - y.at(value)),
  };
}

function drawSeries({ subject, points }, { across, down }) {
  const line = points.map(({ x, median }, i) => `${i ? 'L' : 'M'}${across(x)} ${down(median)}`).join('');
  const marks = points.map(({ x, median, min, max }) => [
    element('path', { class: 'whisker', d: `M${across(x)} ${down(min)}V${down(max)}` }),
    element('circle', { cx: across(x), cy: down(median), r: 3.5 }),
  ].join(''));
  return element('g', { class: `line ${colour(subject)}` }, element('path', { class: 'curve', d: line }), ...marks);
}

// Names at the ends, moved apart where the ends are close.
function drawNames(series, { across, down }) {
  const ends = series.map(({ subject, points }) => {
    const { x, median } = points.at(-1);
    return { subject, x: across(x) + 10, y: down(median) + 4, text: `${subject} ${short(median)}` };
  }).sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + LINE);
  let lowest = TOP + DOWN;
  for (const end of ends.reverse()) {
    end.y = Math.min(end.y, lowest);
    lowest = end.y - LINE;
  }
  return ends.map(({ subject, x, y, text }) => textElement('text', { class: `end ${colour(subject)}`, x, y }, text));
}

function drawAxes({ unit, axis, better }, { xs, y, across, down }) {
  const floor = TOP + DOWN;
  const label = [`${unit} by ${axis.label}`, y.log ? 'logarithmic' : '', better].filter(Boolean).join('; ');
  return [
    ...y.ticks.map((tick) => [
      element('path', { class: 'grid', d: `M${LEFT} ${down(tick)}H${LEFT + ACROSS}` }),
      textElement('text', { class: 'name', x: LEFT - 8, y: down(tick) + 4 }, short(tick)),
    ].join('')),
    ...xs.map((x) => textElement('text', { class: 'tick', x: across(x), y: floor + 18 }, axis.ticks(x))),
    element('path', { class: 'base', d: `M${LEFT} ${floor}H${LEFT + ACROSS}` }),
    textElement('text', { class: 'axis', x: LEFT + ACROSS / 2, y: floor + 40 }, label),
  ];
}

export function drawCurve(id, figure, title) {
  const places = placing(figure);
  const frame = { width: WIDTH, height: HEIGHT, title, description: describe(figure) };
  return plot(
    id,
    frame,
    ...drawAxes(figure, places),
    ...figure.series.map((one) => drawSeries(one, places)),
    ...drawNames(figure.series, places),
  );
}
