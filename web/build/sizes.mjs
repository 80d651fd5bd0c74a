// The table of sizes: our bundles, and pusher-js' where its package is installed.
import { existsSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const OURS = [
  'pusher.min.js', 'pusher.worker.min.js', 'pusher.nowasm.min.js', 'pusher.external.min.js', 'pusher.wasm',
];
const THEIRS = 'pusher-js/dist/web/pusher.min.js';

export function sizes(folder, otherModules) {
  const rows = OURS.map((name) => row(name, readFileSync(`${folder}/${name}`)));
  const theirs = `${otherModules}/${THEIRS}`;
  if (existsSync(theirs)) {
    const { version } = JSON.parse(readFileSync(`${otherModules}/pusher-js/package.json`, 'utf8'));
    rows.push(row(`pusher-js ${version} pusher.min.js`, readFileSync(theirs)));
  }
  const head = ['bytes', 'raw', 'gzip -9', 'brotli'];
  return [head, ...rows].map(([name, ...numbers]) =>
    name.padEnd(32) + numbers.map((number) => String(number).padStart(10)).join('')).join('\n') + '\n';
}

function row(name, bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const compressed = [gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes, { params })];
  return [name, bytes.length, ...compressed.map(({ length }) => length)];
}
