// Compares two traces, kind by kind: what was done, in which order among its kind, in which step and when.
export const KINDS = ['frame', 'socket', 'request', 'script', 'event', 'state', 'log', 'storage', 'exception', 'return',
  'console'];

const line = ({ time, step, what }) => `${String(time).padStart(7)} [${step}] ${JSON.stringify(what)}`;

// The kinds in which they differ, each with the place where.
export function compare(theirs, ours) {
  return KINDS.flatMap((kind) => {
    const left = theirs.filter((entry) => entry.kind === kind).map(line);
    const right = ours.filter((entry) => entry.kind === kind).map(line);
    const at = left.findIndex((text, index) => text !== right[index]);
    const place = at >= 0 ? at : right.length > left.length ? left.length : -1;
    return place < 0 ? [] : [{ kind, before: left.slice(Math.max(0, place - 2), place),
      theirs: left.slice(place, place + 3), ours: right.slice(place, place + 3) }];
  });
}
