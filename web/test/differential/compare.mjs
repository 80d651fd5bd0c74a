// Compares two traces, kind by kind: what was done, in which order among its kind, in which step and when.
// What differs is told as a list of lines with `<` (theirs alone) and `>` (ours alone).
export const KINDS = [
  'frame',
  'socket',
  'request',
  'script',
  'event',
  'state',
  'log',
  'storage',
  'exception',
  'return',
  'console',
];

const text = ({ time, step, what }) => `${String(time).padStart(7)} [${step}] ${JSON.stringify(what)}`;

// [{ kind, lines }] of the kinds in which they differ.
export function compare(theirs, ours) {
  return KINDS.flatMap((kind) => {
    const lines = difference(
      theirs.filter((entry) => entry.kind === kind).map(text),
      ours.filter((entry) => entry.kind === kind).map(text),
    );
    return lines.length === 0 ? [] : [{ kind, lines }];
  });
}

// What is not in the longest common subsequence. Most traces are equal but for a few lines.
function difference(left, right) {
  let start = 0;
  while (start < left.length && left[start] === right[start]) {
    start += 1;
  }
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  return subsequence(left.slice(start, leftEnd), right.slice(start, rightEnd));
}

function subsequence(left, right) {
  const length = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      length[i][j] =
        left[i] === right[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  const lines = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i += 1;
      j += 1;
    } else if (j === right.length || (i < left.length && length[i + 1][j] >= length[i][j + 1])) {
      lines.push(`< ${left[i++]}`);
    } else {
      lines.push(`> ${right[j++]}`);
    }
  }
  return lines;
}
