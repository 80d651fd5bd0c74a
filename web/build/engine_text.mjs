// Writes bytes as text that stands in a script: printable ASCII only, so it is right whatever charset a
// page has. src/engine/binary/text.ts reads it.
//
// A frequent byte is one character, any other two: so bytes stay where gzip and brotli find them again.
// Measured with a module of 127 kB, kB of the text after gzip -9 and after brotli: this code 47.1 and 39.6
// (what the bytes themselves need: 46.6 and 38.1), hexadecimal 52.2 and 41.3, base64 64.0 and 53.0. A
// Lempel-Ziv code with range coding, as in LZMA, came to 38.3 and 38.1, but to read it took 57 ms of the
// processor where this code takes 7: too long at the start of a page.
//
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
