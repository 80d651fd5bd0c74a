// Changes of traces that declared differences are made of. Each is a function of a list of entries.

// Entries of a kind that `test` is true for are not there.
export const drop =
  (kind, test = () => true) =>
  (entries) =>
    entries.filter((entry) => entry.kind !== kind || !test(entry.what, entry));

// What entries of a kind say is said in another way.
export const rewrite = (kind, change) => (entries) =>
  entries.map((entry) => (entry.kind === kind ? { ...entry, what: change(entry.what, entry) } : entry));

// The same for the text of entries of some kinds, as JSON.
export const replace = (kinds, pattern, replacement) => (entries) =>
  entries.map((entry) =>
    kinds.includes(entry.kind)
      ? { ...entry, what: JSON.parse(JSON.stringify(entry.what).replace(pattern, replacement)) }
      : entry,
  );

// A step is not compared, or not in these kinds.
export const without = (step, kinds) => (entries) =>
  entries.filter((entry) => entry.step !== step || (kinds !== undefined && !kinds.includes(entry.kind)));

// From a step on nothing is compared, or nothing of these kinds.
export const from = (step, kinds) => (entries) => {
  const start = entries.findIndex((entry) => entry.step === step);
  return entries.filter(
    (entry, index) => start < 0 || index < start || (kinds !== undefined && !kinds.includes(entry.kind)),
  );
};

// From a step on it does not matter when things happen, only in which order.
export const untimed = (step) => (entries) => {
  const start = entries.findIndex((entry) => entry.step === step);
  return entries.map((entry, index) => {
    if (start < 0 || index < start) {
      return entry;
    }
    const text = JSON.stringify(entry.what).replace(/(\\"timestamp\\":|&t=)17\d+/g, '$1TIME');
    return { ...entry, time: 0, what: JSON.parse(text.replace(/(\\"latency\\":)\d+/g, '$1TIME')) };
  });
};

// Entries of a kind are in the order of their text: which comes first does not matter.
export const sorted = (kind) => (entries) => {
  const text = ({ time, what }) => `${String(time).padStart(12)}${JSON.stringify(what)}`;
  const own = entries
    .filter((entry) => entry.kind === kind)
    .sort((one, other) => (text(one) < text(other) ? -1 : 1));
  return [...entries.filter((entry) => entry.kind !== kind), ...own];
};
