// The two sides: pusher-js's bundle for pages as npm has it, and ours, freshly made. Neither is looked
// into; each is run in a stub page as a script tag would run it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { bundle } from '../../build/bundle.mjs';
import { TARGETS } from '../../build/targets.mjs';

const theirFile = (name) =>
  fileURLToPath(new URL(`../../../tests/e2e/node_modules/pusher-js/dist/web/${name}.js`, import.meta.url));

// `load` runs the file in a page, and gives its constructor: that of the page, or with { module } what a bundler gets.
function side(name, text) {
  const script = new vm.Script(text, { filename: `${name}.js` });
  const wrapped = new vm.Script(`((module, exports) => {${text}\n})`, { filename: `${name}.js` });
  return {
    name,
    load(page, { module: asModule = false } = {}) {
      if (!asModule) {
        script.runInContext(page.window);
        return page.window.Pusher;
      }
      const module = { exports: {} };
      wrapped.runInContext(page.window)(module, module.exports);
      return module.exports;
    },
  };
}

// The two sides: { theirs, ours }. `name` is that of our bundle for pages (build/targets.mjs); of both libraries
// it may be the file with encryption.
export async function sides(name, encryption) {
  const file = encryption ? 'pusher-with-encryption' : 'pusher';
  const own = name.replace(/^pusher/, file);
  const target = TARGETS.find((one) => one.name === own);
  const files = await bundle(target, false);
  return {
    theirs: side('pusher-js', readFileSync(theirFile(file), 'utf8')),
    ours: side(own, files.find((one) => one.name.endsWith('.js')).text),
  };
}
