// The modules that depend on the bundle: pusher:binary, pusher:wasm, pusher:place (told in
// src/engine/binary/virtual.d.ts).
import { transform } from 'esbuild';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { wasmToScript } from './engine_script.mjs';
import { encode } from './engine_text.mjs';

const BINARY = fileURLToPath(new URL('../src/engine/binary/', import.meta.url));
const PLACES = { script: 'place_script', module: 'place_module', commonjs: 'place_node' };

export function engine(target, wasm) {
  return {
    name: 'pusher engine',
    setup(build) {
      build.onResolve({ filter: /^pusher:/ }, ({ path }) => {
        if (path === 'pusher:binary') return { path: `${BINARY}${target.binary}.ts` };
        if (path === 'pusher:place') return { path: `${BINARY}${PLACES[target.format]}.ts` };
        return { path, namespace: 'pusher' };
      });
      build.onLoad({ filter: /.*/, namespace: 'pusher' }, async () => ({
        contents: await contents(target.binary, wasm),
        resolveDir: BINARY,
        watchFiles: [wasm],
      }));
    },
  };
}

const MAKERS = {
  embedded: async (wasm) => `export const text = ${JSON.stringify(encode(await readFile(wasm)))};`,
  // Nobody reads what wasm2js writes, so it is made small in bundles for reading too.
  nowasm: async (wasm) =>
    (await transform(await wasmToScript(wasm, './text'), { minify: true, charset: 'ascii' })).code,
};

// The same text goes into many bundles, and changes when the file does (`make dev`).
const made = new Map();

async function contents(binary, wasm) {
  const { mtimeMs } = await stat(wasm).catch(() => {
    throw new Error(`there is no ${wasm}: \`make dist\` builds it before the bundles`);
  });
  const known = made.get(binary);
  if (known?.wasm === wasm && known.mtimeMs === mtimeMs) return known.text;
  const text = MAKERS[binary](wasm);
  made.set(binary, { wasm, mtimeMs, text });
  return text;
}
