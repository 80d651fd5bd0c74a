// The two sides: pusher-js's bundle for pages as npm has it, and ours, freshly made. Neither is looked
// into; each is run in a stub page as a script tag would run it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { bundle } from '../../build/bundle.mjs';
import { TARGETS } from '../../build/targets.mjs';

const PUSHER_JS = fileURLToPath(
  new URL('../../../tests/e2e/node_modules/pusher-js/dist/web/pusher.js', import.meta.url),
);

function side(name, text) {
  const script = new vm.Script(text, { filename: `${name}.js` });
  return { name, load: (page) => script.runInContext(page.window) };
}

export function reference() {
  return side('pusher-js', readFileSync(PUSHER_JS, 'utf8'));
}

// `name` is that of a bundle for pages (build/targets.mjs).
export async function ours(name = 'pusher') {
  const target = TARGETS.find((one) => one.name === name);
  const files = await bundle(target, false);
  return side(name, files.find((file) => file.name.endsWith('.js')).text);
}
