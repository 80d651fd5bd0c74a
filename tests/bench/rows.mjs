// Rows as benchmarks print them, for the tests.

export function row(bench, what, subject, median, unit = 'events/s', [min, max] = [median * 0.9, median * 1.1]) {
  return { bench, case: what, subject, unit, median, min, max, runs: 5 };
}

export const missing = (bench, what, subject, reason) => ({ bench, case: what, subject, missing: reason });

export const FACTS = { when: '2026-01-02T03:04:05.000Z', runs: 5, machine: { cpu: 'A & B <C>', cores: 2 }, peers: { ws: '1.2' } };

export function result(name, rows, more = {}) {
  return { name, about: `About ${name}`, rows, seconds: 12.3, load: { before: 0.1, after: 1.2 }, ...more };
}
