// The modules that depend on the bundle: pusher:binary, pusher:wasm, pusher:place (told in
// src/engine/binary/virtual.d.ts).
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { wasmToScript } from './engine_script.mjs';
import { encode } from './engine_text.mjs';

const BINARY = fileURLToPath(new URL('../src/engine/binary/', import.meta.url));
const PLACES = { script: 'place_script', module: 'place_module', commonjs: 'place_node' };

// The engine's bytes become the same text in many bundles.
const made = new Map();

export function engine(target, wasm) {
  return {
    name: 'pusher engine',
    setup(build) {
      build.onResolve({ filter: /^pusher:/ }, ({ path }) => {
        if (path === 'pusher:binary') return { path: `${BINARY}${target.binary}.ts`, sideEffects: false };
        if (path === 'pusher:place') return { path: `${BINARY}${PLACES[target.format]}.ts` };
        return { path, namespace: 'pusher' };
      });
      build.onLoad({ filter: /.*/, namespace: 'pusher' }, async () => ({
        contents: await once(`${target.binary} ${wasm}`, () => contents(target.binary, wasm)),
        resolveDir: BINARY,
        watchFiles: [wasm],
      }));
    },
  };
}

async function contents(binary, wasm) {
  if (binary === 'nowasm') return wasmToScript(wasm, './text');
  return `export const text = ${JSON.stringify(encode(await readFile(wasm)))};`;
}

// `make dev` bundles again when the file has changed.
async function once(key, make) {
  const { mtimeMs } = await import('node:fs/promises').then(({ stat }) => stat(key.slice(key.indexOf(' ') + 1)));
  const known = made.get(key);
  if (known?.mtimeMs === mtimeMs) return known.text;
  const text = make();
  made.set(key, { mtimeMs, text });
  return text;
}
