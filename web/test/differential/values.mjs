// Random payloads: all kinds of JSON, with what is easily got wrong.
const TEXTS = [
  '',
  'text',
  '7',
  'true',
  'null',
  '{"a":1}',
  'ä€😀',
  'quote " and \\ backslash',
  '\n\t\u0001',
  '\u2028',
  '</script>',
  ' {',
];
const SIMPLE = [null, true, false, 0, 1, -7, 1.5, 1e21, {}, [], undefined];

export function value(random, depth = 0) {
  const kind = random.below(depth > 2 ? 2 : 4);
  if (kind === 0) {
    return random.pick(SIMPLE);
  }
  if (kind === 1) {
    return random.pick(TEXTS);
  }
  const parts = Array.from({ length: random.below(4) }, () => value(random, depth + 1));
  return kind === 2 ? parts : Object.fromEntries(parts.map((part, index) => [`key ${index}`, part]));
}
