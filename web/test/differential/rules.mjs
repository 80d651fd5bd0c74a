// Changes of traces that declared differences are made of.

// Entries of a kind that `test` is true for are not there.
export const drop = (kind, test = () => true) => (entries) =>
  entries.filter((entry) => entry.kind !== kind || !test(entry.what, entry));

// What entries of a kind say is said in another way.
export const rewrite = (kind, change) => (entries) =>
  entries.map((entry) => (entry.kind === kind ? { ...entry, what: change(entry.what, entry) } : entry));

// From a step on nothing is compared, or nothing of these kinds.
export const from = (step, kinds) => (entries) => {
  const start = entries.findIndex((entry) => entry.step === step);
  return start < 0
    ? entries
    : entries.filter((entry, index) => index < start || (kinds !== undefined && !kinds.includes(entry.kind)));
};
