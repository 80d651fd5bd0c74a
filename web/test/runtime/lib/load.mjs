/* Bundles a module of src/ and imports it, with what the bundler puts in the place of names. */

import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../../src/', import.meta.url));

export async function load(module, defines = {}) {
  const result = await build({
    entryPoints: [`${src}${module}`],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2017',
    logLevel: 'error',
    define: {
      __VERSION__: '"1.2.3"',
      __CDN_HTTP__: '""',
      __CDN_HTTPS__: '""',
      __DEPENDENCY_SUFFIX__: '""',
      ...defines,
    },
  });
  // A module is run once for each address: the comment makes each bundle one of its own.
  const text = `${result.outputFiles[0].text}\n// ${load.count++}`;
  return import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
}
load.count = 0;
