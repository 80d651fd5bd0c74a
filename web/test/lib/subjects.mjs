// What is tested: bundles made now from the sources (web/build) in a folder of their own, by the names of
// web/build/targets.mjs, with `.min` behind for the minified variant.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { bundle, WASM } from '../../build/bundle.mjs';
import { fileName, TARGETS } from '../../build/targets.mjs';

const require = createRequire(import.meta.url);

function targetOf(name) {
  const minify = name.endsWith('.min');
  const target = TARGETS.find((one) => one.name === name.replace(/\.min$/, ''));
  if (!target) throw new Error(`There is no bundle ${name}; there are ${TARGETS.map((one) => one.name).join(', ')}.`);
  return { target, minify };
}

async function write(folder, name) {
  const { target, minify } = targetOf(name);
  for (const { name: file, text } of await bundle(target, minify)) writeFileSync(join(folder, basename(file)), text);
  return join(folder, fileName(target, minify));
}

// The bundle's path. Beside it stands what it loads by itself: the SockJS client, the worker's bundle, the module.
export async function makeSubject(name, folder) {
  if (!existsSync(WASM)) throw new Error(`${WASM} is missing: cmake --build build --target pusher_wasm`);
  mkdirSync(folder, { recursive: true });
  const { target, minify } = targetOf(name);
  const file = await write(folder, name);
  if (target.format === 'commonjs') return file;
  const suffix = minify ? '.min' : '';
  await write(folder, `pusher.worker${target.binary === 'nowasm' ? '.nowasm' : ''}${suffix}`);
  const sockjs = join(dirname(require.resolve('sockjs-client/package.json')), 'dist', `sockjs${suffix}.js`);
  copyFileSync(sockjs, join(folder, `sockjs${suffix}.js`));
  return file;
}
