// The page: well-formed, with all that was measured in it, and nothing that it would have to fetch.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { figures } from '../../bench/report/page/figures.mjs';
import { page } from '../../bench/report/page/page.mjs';
import { scale } from '../../bench/report/page/scale.mjs';
import { report } from '../../bench/report/report.mjs';
import { FACTS, missing, result, row } from './rows.mjs';

const GOAL = { about: 'goal <1>', bench: 'one', case: '32 bytes', subject: 'pusher-c / ws', unit: 'times', atLeast: 3 };
const SCALE = [100, 1000, 10_000].flatMap((count) => [
  row('two', `CPU, ${count.toLocaleString('en-US')} subscribers`, 'pusher serve', count / 50, 'us/delivery'),
  row('two', `CPU, ${count.toLocaleString('en-US')} subscribers`, 'ws', count / 40, 'us/delivery'),
]);
const RESULTS = [
  result('one', [
    row('one', '32 bytes', 'pusher-c', 2_870_000),
    row('one', '32 bytes', 'ws', 200_000),
    row('one', '32 bytes', 'pusher-c / ws', 14.3, 'times'),
    row('one', 'a "b" & <c>', 'pusher-c', 0),
    row('one', 'difference', 'pusher-c', -3, 'ms', [-5, 1]),
    missing('one', '32 bytes', 'soketi', 'it is <not> there'),
  ]),
  result('two', SCALE),
  result('three', [], { error: 'exit 1: "it" broke & <fell>', said: ['a <line>', 'another'] }),
  { name: 'four', about: 'About four', rows: [], seconds: 0, error: "it can't be built" },
];
const text = page(report(RESULTS, { ...FACTS, goals: [GOAL] }));

// Python's parser of XML reads what should be well-formed; it prints each element's name, one a line.
function parse(markup) {
  const program = 'import sys, xml.etree.ElementTree as e\n'
    + 'for one in e.fromstring(sys.stdin.buffer.read()).iter(): print(one.tag.split("}")[1])';
  const { status, stdout, stderr } = spawnSync(process.env.PYTHON || 'python3', ['-c', program], { input: markup });
  assert.equal(status, 0, String(stderr));
  return String(stdout).trim().split('\n');
}

test('it is well-formed, and each plot has a title and a description', () => {
  const elements = parse(text);
  const count = (name) => elements.filter((one) => one === name).length;
  assert.equal(count('svg'), 4);
  assert.equal(count('desc'), count('svg'));
  assert.equal(count('title'), count('svg') + 1);
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, 'each id stands once');
  for (const [, used] of text.matchAll(/aria-labelledby="([^"]+)"/g)) {
    for (const id of used.split(' ')) assert.ok(ids.includes(id), id);
  }
});

test('the parser of this test does find what is not well-formed', () => {
  assert.throws(() => parse(text.replace('</svg>', '')));
});

test('it has no script and fetches nothing', () => {
  assert.doesNotMatch(text, /<script|<link|<img|@import|url\(|src=/);
});

test('it shows what failed and what could not be measured, and why', () => {
  assert.match(text, /Failed: exit 1: &quot;it&quot; broke &amp; &lt;fell&gt;/);
  assert.match(text, /soketi: not measured, it is &lt;not&gt; there/);
  assert.match(text, /class="state met"/);
  assert.match(text, /14\.3 \(12\.9 to 15\.7\) times/);
});

test('every number is in a plot', () => {
  for (const { rows } of RESULTS) {
    const shown = figures(rows).flatMap(({ kind, cases, series }) =>
      (kind === 'bars' ? cases.flatMap((one) => one.rows) : series.flatMap((one) => one.points)));
    assert.equal(shown.length, rows.filter((one) => one.missing === undefined).length);
  }
});

test('cases that differ by a number of subscribers or by a percentile become curves', () => {
  const [curve, ...others] = figures(SCALE);
  assert.deepEqual([curve.kind, curve.title, others.length], ['curve', 'CPU', 0]);
  assert.deepEqual(curve.series.map(({ subject, points }) => [subject, points.map(({ x }) => x)]), [
    ['pusher serve', [100, 1000, 10_000]],
    ['ws', [100, 1000, 10_000]],
  ]);
  const percentiles = ['p50', 'p99', 'p99.9'].map((name) => row('two', `latency ${name}`, 'ws', 5, 'ms'));
  assert.deepEqual(figures(percentiles)[0].series[0].points.map(({ x }) => x), [50, 99, 99.9]);
  assert.equal(figures(SCALE.slice(0, 4))[0].kind, 'bars', 'two points are no curve');
});

test('a ratio of rates shall be high, one of costs low', () => {
  const both = [
    row('a', 'rate', 'us', 3), row('a', 'rate', 'us / them', 2, 'times'), row('a', 'rate', 'us', 0, 'allocations'),
    row('a', 'cost', 'us', 3, 'ms'), row('a', 'cost', 'us / them', 2, 'times'), row('a', 'alone', 'us / them', 2, 'times'),
  ];
  const { cases } = figures(both).find(({ ratio }) => ratio);
  assert.deepEqual(cases.map(({ case: what, better }) => [what, better]),
    [['rate', 'more is better'], ['cost', 'less is better'], ['alone', '']]);
});

test('axes hold what they show', () => {
  for (const values of [[1, 2], [0, 0], [-5, 3], [0.001, 4000], [7, 7], [100, 102], [0.0531, 19.5]]) {
    const x = scale(values, 500);
    for (const value of [...values, ...x.ticks, x.base]) {
      assert.ok(x.at(value) >= -0.01 && x.at(value) <= 500.01, `${value} of ${values} is at ${x.at(value)}`);
    }
    assert.ok(x.ticks.length >= 2 && x.ticks.length <= 12, `${values}: ${x.ticks}`);
  }
  const ratios = scale([0.5, 14], 500, { base: 1 });
  assert.ok(ratios.log && ratios.at(0.5) < ratios.at(1) && ratios.at(1) < ratios.at(14));
});
