// Which client the programs run on: SUBJECT=pusher-c (the default) or pusher-js, whose run shows that
// a test asks for nothing but what programs have always had.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Ours is bundled here and now, unless PUSHER_JS names a bundle for pages.
async function bundled() {
  const { bundle } = await import('../../../build/bundle.mjs');
  const { TARGETS } = await import('../../../build/targets.mjs');
  const files = await bundle(TARGETS.find(({ name }) => name === 'pusher'), false);
  const folder = mkdtempSync(join(tmpdir(), 'pusher-programs-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'pusher.js');
  writeFileSync(path, files.find(({ name }) => name.endsWith('pusher.js')).text);
  return path;
}

const SUBJECTS = {
  'pusher-c': async () => process.env.PUSHER_JS ?? bundled(),
  'pusher-js': async () => fileURLToPath(new URL('../node_modules/pusher-js/dist/web/pusher.js', import.meta.url)),
};

export const SUBJECT = process.env.SUBJECT ?? 'pusher-c';
if (!SUBJECTS[SUBJECT]) {
  throw new Error(`SUBJECT is one of ${Object.keys(SUBJECTS).join(', ')}, not '${SUBJECT}'`);
}

// The file for pages: it defines the global `Pusher`, and exports it to bundlers.
export const BUNDLE = await SUBJECTS[SUBJECT]();
