// Goals: met, missed, not measured, and never one for the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BENCHMARKS } from '../../bench/report/benchmarks.mjs';
import { GOALS } from '../../bench/report/goals.mjs';
import { judge } from '../../bench/report/judge.mjs';
import { missing, row } from './rows.mjs';

const GOAL = { about: 'speed', bench: 'a', case: 'x', subject: 'us / them', unit: 'times', atLeast: 10 };
const stateOf = (goal, ...rows) => judge([goal], rows).goals[0].state;
const times = (median, what = 'x') => row('a', what, 'us / them', median, 'times');

test('a bound is kept, or it is not', () => {
  assert.equal(stateOf(GOAL, times(10)), 'met');
  assert.equal(stateOf(GOAL, times(9.99)), 'missed');
  assert.equal(stateOf({ ...GOAL, atLeast: undefined, atMost: 10 }, times(10)), 'met');
  assert.equal(stateOf({ ...GOAL, atLeast: undefined, atMost: 10 }, times(10.01)), 'missed');
  assert.equal(stateOf({ ...GOAL, atLeast: undefined, below: 10 }, times(10)), 'missed');
  assert.equal(stateOf({ ...GOAL, atLeast: undefined, below: 10 }, times(9.99)), 'met');
  assert.equal(stateOf({ ...GOAL, atLeast: undefined, atMost: 0 }, times(0)), 'met');
});

test('without its row a goal is not measured', () => {
  assert.equal(stateOf(GOAL), 'not measured');
  assert.equal(stateOf(GOAL, row('b', 'x', 'us / them', 20, 'times')), 'not measured');
  assert.equal(stateOf(GOAL, row('a', 'y', 'us / them', 20, 'times')), 'not measured');
  assert.equal(stateOf(GOAL, row('a', 'x', 'us', 20, 'times')), 'not measured');
  assert.equal(stateOf(GOAL, row('a', 'x', 'us / them', 20, 'events/s')), 'not measured');
});

test('a row that could not be measured meets nothing, and says why', () => {
  const gone = missing('a', 'x', 'us / them', 'it is not installed');
  const { goals } = judge([GOAL], [gone]);
  assert.equal(goals[0].state, 'not measured');
  assert.equal(goals[0].row.missing, 'it is not installed');
  const each = { ...GOAL, case: /^x/ };
  assert.equal(stateOf(each, times(20, 'x1'), missing('a', 'x2', 'us / them', 'why')), 'not measured');
  assert.equal(stateOf(each, times(2, 'x1'), missing('a', 'x2', 'us / them', 'why')), 'missed');
});

test('of several rows the worst one counts', () => {
  const each = { ...GOAL, case: /^x/ };
  assert.equal(stateOf(each, times(20, 'x1'), times(30, 'x2')), 'met');
  const { goals, rows } = judge([each], [times(20, 'x1'), times(5, 'x2'), times(9, 'x3')]);
  assert.equal(goals[0].state, 'missed');
  assert.equal(goals[0].row.case, 'x2');
  assert.deepEqual(rows.map((one) => one.goals[0].state), ['met', 'missed', 'missed']);
  const costs = judge([{ ...each, atLeast: undefined, atMost: 8 }], [times(5, 'x1'), times(9, 'x2')]);
  assert.equal(costs.goals[0].row.case, 'x2');
});

test('each goal of the project has one bound and a benchmark, and without rows none is met', () => {
  for (const goal of GOALS) {
    const bounds = ['atLeast', 'atMost', 'below'].filter((kind) => goal[kind] !== undefined);
    assert.equal(bounds.length, 1, goal.about);
  }
  const names = BENCHMARKS.map(({ name }) => name);
  for (const { about, bench } of GOALS) assert.ok(names.includes(bench), `${about}: there is no benchmark ${bench}`);
  assert.equal(judge(GOALS, []).goals.filter(({ state }) => state !== 'not measured').length, 0);
});
