// Whether memory is flat: each process at rest after each injury, the mean of the first third of what was measured
// beside the least of the last. The first measurement of a process does not count: most of what it keeps for the next
// time is still to come.

// How much it may grow: a share, and kilobytes that do not depend on the size.
const SHARE = 0.05;
const AMOUNT = 2 * 1024;
const MIN_SAMPLES = 4;

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

// { first, last, problem } of the values of one process over time; null: too few to say.
function compare(values) {
  if (values.length < MIN_SAMPLES) return null;
  const warm = values.slice(1);
  const third = Math.max(1, Math.floor(warm.length / 3));
  const first = mean(warm.slice(0, third));
  const last = Math.min(...warm.slice(-third)); // what is lost stays lost, what is only busy does not
  const isFlat = last <= first * (1 + SHARE) + AMOUNT;
  return { first, last, problem: isFlat ? '' : `from ${Math.round(first)} to ${Math.round(last)} kB` };
}

// Which process each measurement is of, as lists by name.
function byProcess(samples) {
  const found = new Map();
  const add = (name, memory) => found.set(name, [...(found.get(name) ?? []), memory]);
  for (const { life, server, crowds } of samples) {
    add(`server, life ${life}`, server);
    for (const { name, memory, heap } of crowds) {
      add(name, memory);
      if (heap > 0) add(`${name}, in use`, heap);
    }
  }
  return found;
}

// { name, samples, memory } for each process, the last as compare() gives it.
export function growth(samples) {
  return [...byProcess(samples)].map(([name, values]) => ({ name, samples: values.length, memory: compare(values) }));
}
