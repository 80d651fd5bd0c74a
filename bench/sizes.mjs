// sizes: bytes of what is shipped, beside pusher-js. There is nothing to repeat: one run tells.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { brotli, gzipped } from '../web/build/compress.mjs';
import { missing, note, ratio, row, start } from './web/lib/harness.mjs';
import { folder, subjects } from './web/lib/subjects.mjs';

const BINARIES = ['src/client/libpusher.so', 'src/backend/libpusher-server.so', 'pusher'];
const bench = start('sizes', []);
const where = folder();

// Without symbols and debugging information, as packages have it.
function measureBinary(path) {
  const stripped = join(where, basename(path));
  execFileSync('strip', ['-o', stripped, path]);
  const sections = execFileSync('size', ['-A', '-d', stripped], { encoding: 'utf8' });
  row(bench, basename(path), 'stripped', [readFileSync(stripped).length], 'bytes');
  row(bench, basename(path), 'text alone', [Number(sections.match(/^\.text\s+(\d+)/m)[1])], 'bytes');
}

// What is fetched over networks: as it is, and compressed as well as servers can.
async function compressed(path) {
  const bytes = readFileSync(path);
  return { '': bytes.length, ', gzip': (await gzipped(bytes)).length, ', brotli': (await brotli(bytes)).length };
}

async function measureScripts() {
  const paths = await subjects('chromium', where);
  const [ours, wasm] = [await compressed(paths['pusher-c']), await compressed(process.env.PUSHER_WASM)];
  const theirs = existsSync(paths['pusher-js']) && (await compressed(paths['pusher-js']));
  for (const [how, size] of Object.entries(ours)) {
    const what = `pusher.min.js${how}`;
    row(bench, what, 'pusher-c', [size], 'bytes');
    if (theirs) {
      row(bench, what, 'pusher-js', [theirs[how]], 'bytes');
      ratio(bench, what, 'pusher-c / pusher-js', [size], [theirs[how]]);
    } else missing(bench, what, 'pusher-js', 'it is not installed');
  }
  for (const [how, size] of Object.entries(wasm)) row(bench, `pusher.wasm${how}`, 'pusher-c', [size], 'bytes');
}

note(bench, 'sizes: bytes of the libraries and the command without symbols, and of the script for pages.');
for (const path of BINARIES) measureBinary(join(process.env.BENCH_BUILD, path));
await measureScripts();
process.exit(0);
