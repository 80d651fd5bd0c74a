// The table of sizes: our bundles, and pusher-js' where its package is installed.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { brotli, gzipped } from './compress.mjs';

const OURS = [
  'pusher.min.js', 'pusher-with-encryption.min.js', 'pusher.worker.min.js', 'pusher.nowasm.min.js',
  'pusher.external.min.js', 'pusher.wasm',
];
const THEIRS = ['pusher.min.js', 'pusher-with-encryption.min.js'];

// `pusherJs`: the folder of their package.
export async function sizes(folder, pusherJs) {
  const rows = OURS.map((name) => row(name, `${folder}/${name}`));
  if (existsSync(pusherJs)) {
    const { version } = JSON.parse(await readFile(`${pusherJs}/package.json`, 'utf8'));
    rows.push(...THEIRS.map((name) => row(`pusher-js ${version} ${name}`, `${pusherJs}/dist/web/${name}`)));
  }
  const table = [['bytes', 'raw', 'gzip -9', 'brotli'], ...(await Promise.all(rows))];
  const line = ([name, ...numbers]) =>
    name.padEnd(48) + numbers.map((number) => String(number).padStart(10)).join('');
  return `${table.map(line).join('\n')}\n`;
}

async function row(name, path) {
  const bytes = await readFile(path);
  const compressed = await Promise.all([gzipped(bytes), brotli(bytes)]);
  return [name, bytes.length, ...compressed.map(({ length }) => length)];
}
