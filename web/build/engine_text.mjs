// Writes bytes as text that stands in a script: printable ASCII only, so it is right whatever charset a
// page has. src/engine/binary/text.ts reads it.
//
// A frequent byte is one character, any other two: so bytes stay where gzip and brotli find them again.
// (Measured with a module of 73 kB: gzip of the text is that of the bytes, 34.0 kB; base64 needs 43.9 kB, hex 37.5 kB.)
// Characters are 35 to 126 without the backslash, numbered from 0. The last three, `|}~`, introduce a
// byte by its value: (which of the three) * 88 + the number of the next character. The text begins with
// the 88 frequent bytes written that way; from then on character n is the n-th of them.
const FIRST = 35;
const BACKSLASH = 92;
const FREQUENT = 88;

const character = (number) => String.fromCharCode(number + FIRST + (number + FIRST >= BACKSLASH ? 1 : 0));

export function encode(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const order = counts.map((_, byte) => byte).sort((a, b) => counts[b] - counts[a] || a - b);
  const two = (byte) => character(FREQUENT + Math.floor(byte / FREQUENT)) + character(byte % FREQUENT);
  const words = counts.map((_, byte) => two(byte));
  const frequent = order.slice(0, FREQUENT).sort((a, b) => a - b);
  frequent.forEach((byte, number) => (words[byte] = character(number)));
  return frequent.map(two).join('') + Array.from(bytes, (byte) => words[byte]).join('');
}
