// The report as one page of HTML that needs nothing else: no script, no other file.
import { duration, exact } from '../numbers.mjs';
import { drawBars } from './bars.mjs';
import { drawCurve } from './curves.mjs';
import { figures } from './figures.mjs';
import { element, textElement } from './markup.mjs';
import { STYLE } from './style.mjs';

const DRAW = { bars: drawBars, curve: drawCurve };
const SIGNS = { met: '✓', missed: '✗', 'not measured': '–' };

const cell = (text) => textElement('td', {}, text);
const number = (value) => textElement('td', { class: 'number' }, exact(value));
const classOf = (name) => (/^(median|min|max)$/.test(name) ? 'number' : undefined);
const heads = (...names) =>
  element('tr', {}, names.map((name) => textElement('th', { scope: 'col', class: classOf(name) }, name)));

function stateCell(state) {
  return textElement('td', { class: `state ${state.replace(' ', '-')}` }, `${SIGNS[state]} ${state}`);
}

function facts(all) {
  const versions = Object.entries(all.peers).map(([name, version]) => `${name} ${version}`).join(', ');
  const shown = { measured: all.when, runs: `${all.runs}, in turns`, ...all.machine, beside: versions };
  return element('dl', {}, Object.entries(shown).filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [textElement('dt', {}, name), textElement('dd', {}, value)]));
}

function found(row) {
  if (!row) return [cell(''), cell('')];
  if (row.missing !== undefined) return [cell(row.missing), cell(row.case)];
  return [cell(`${exact(row.median)} (${exact(row.min)} to ${exact(row.max)}) ${row.unit}`), cell(row.case)];
}

function goals(all) {
  const rows = all.goals.map((goal) => element(
    'tr', {}, stateCell(goal.state), cell(goal.about), cell(goal.bound), ...found(goal.row),
  ));
  const table = element('table', {}, heads('', 'what', 'goal', 'measured', 'case'), ...rows);
  return element(
    'section', { id: 'goals' },
    textElement('h2', {}, 'Goals'),
    textElement('p', { class: 'muted' }, 'Of several cases, the one that is farthest from the goal.'),
    element('div', { class: 'wide' }, table),
  );
}

function numbers({ rows }) {
  const lines = rows.map((row) => element(
    'tr', {}, cell(row.case), cell(row.subject),
    ...(row.missing === undefined
      ? [number(row.median), number(row.min), number(row.max), cell(row.unit)]
      : [textElement('td', { colspan: 4 }, `not measured: ${row.missing}`)]),
  ));
  return element(
    'details', {},
    textElement('summary', {}, 'All numbers'),
    element('div', { class: 'wide' },
      element('table', {}, heads('case', 'program', 'median', 'min', 'max', 'unit'), ...lines)),
  );
}

function draw({ name, about }, figure, i) {
  const title = [...new Set([figure.title, figure.unit])].filter(Boolean).join(': ');
  return element('figure', {},
    textElement('h3', {}, title),
    DRAW[figure.kind](`${name}-${i}`, figure, `${about}: ${title}`));
}

function section(benchmark) {
  const { name, about, seconds, load, error, said = [], rows } = benchmark;
  const missing = rows.filter((row) => row.missing !== undefined);
  const under = load ? `; load ${load.before} before, ${load.after} after` : '';
  return element(
    'section', { id: name },
    textElement('h2', {}, about),
    textElement('p', { class: 'muted' }, `${name}, ${duration(seconds)}${under}`),
    error ? textElement('p', { class: 'failed' }, `Failed: ${error}`) : undefined,
    error && said.length ? textElement('pre', {}, said.join('\n')) : undefined,
    ...missing.map((row) => textElement('p', {}, `${row.case}, ${row.subject}: not measured, ${row.missing}`)),
    element('div', { class: 'plots' }, ...figures(rows).map((figure, i) => draw(benchmark, figure, i))),
    rows.length ? numbers(benchmark) : undefined,
  );
}

function contents({ benchmarks }) {
  const link = ({ name, about }) => element('li', {}, textElement('a', { href: `#${name}` }, about));
  return element('nav', { 'aria-label': 'Benchmarks' },
    element('ul', {}, element('li', {}, textElement('a', { href: '#goals' }, 'Goals')), ...benchmarks.map(link)));
}

const INTRODUCTION = `Each number is a median; whiskers go from the least to the most. What is compared took turns in
each run, and a ratio is the median of the ratios of these pairs. A dashed line is a goal.`;

export function page(all) {
  return `<!DOCTYPE html>\n${element(
    'html', { lang: 'en', xmlns: 'http://www.w3.org/1999/xhtml' },
    element('head', {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      textElement('title', {}, 'pusher-c: benchmarks'),
      element('style', {}, STYLE)),
    element('body', {},
      element('header', {},
        textElement('h1', {}, 'How fast pusher-c is'),
        textElement('p', {}, INTRODUCTION),
        facts(all),
        contents(all)),
      element('main', {}, goals(all), ...all.benchmarks.map(section))),
  )}\n`;
}
