// Makes one bundle with esbuild.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engine } from './plugin.mjs';
import { fileName, syntax } from './targets.mjs';

export const WEB = fileURLToPath(new URL('../', import.meta.url));
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const WASM = process.env.PUSHER_WASM || `${ROOT}build/web/pusher.wasm`;

// What the bundles are told. The names are those of pusher-js's own build.
export function settings(environment = process.env) {
  return {
    version: environment.VERSION || readFileSync(`${ROOT}VERSION`, 'utf8').trim(),
    cdnHttp: environment.CDN_HTTP || '',
    cdnHttps: environment.CDN_HTTPS || '',
  };
}

// The files of a bundle, in memory: [{ name, text }].
export async function bundle(target, minify, chosen = settings(), wasm = WASM) {
  const { outputFiles } = await build(options(target, minify, chosen, wasm));
  return outputFiles.map(({ path, text }) => ({
    name: relative(outputFolder, path),
    text: path.endsWith('.map') ? tidyMap(text) : text,
  }));
}

const outputFolder = `${WEB}out`; // only in the paths that esbuild reports

function options(target, minify, { version, cdnHttp, cdnHttps }, wasm) {
  return {
    stdin: { contents: entry(target), resolveDir: `${WEB}src/entries`, sourcefile: 'bundle.js' },
    outfile: `${outputFolder}/${fileName(target, minify)}`,
    write: false,
    bundle: true,
    minify,
    sourcemap: 'linked',
    target: syntax(target),
    // Modules know their address, however old the rest of the syntax is.
    supported: target.format === 'module' ? { 'import-meta': true } : {},
    platform: target.format === 'commonjs' ? 'node' : 'browser',
    // A script hands itself over (src/entries/publish.ts).
    format: { script: 'iife', module: 'esm', commonjs: 'cjs' }[target.format],
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: banner(version) },
    define: {
      __VERSION__: JSON.stringify(version),
      __CDN_HTTP__: JSON.stringify(cdnHttp),
      __CDN_HTTPS__: JSON.stringify(cdnHttps),
      __DEPENDENCY_SUFFIX__: JSON.stringify(minify ? '.min' : ''),
      // tweetnacl looks for Node's randomness with it. Bundlers that find it in a file for pages give warnings.
      ...(target.format === 'commonjs' ? {} : { require: 'undefined' }),
    },
    logLevel: 'silent',
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    tsconfig: `${WEB}tsconfig.json`,
    plugins: [engine(target, wasm)],
  };
}

function entry(target) {
  const last = {
    script: "import { publish } from './publish';\npublish(Pusher);",
    module: 'export default Pusher;',
    // Programs compiled without interoperation ask for a member of that name.
    commonjs: 'module.exports = Pusher;\nPusher.default = Pusher;',
  };
  return `import Pusher from './${target.entry}';
import { prepare } from 'pusher:binary';
${target.encryption ? "import './encryption';\n" : ''}Pusher.load = prepare;
${last[target.format]}
`;
}

function banner(version) {
  return `/*!
 * Pusher-c JavaScript library v${version}
 * Independent of Pusher Ltd. Released under the MIT licence.
 */`;
}

const MODULES = 'node_modules/';

// Sources get names that mean something to a reader, and the engine's text is not there twice.
function tidyMap(text) {
  const map = JSON.parse(text);
  const engine = map.sources.findIndex((source) => source.startsWith('pusher:'));
  map.sources = map.sources.map((source) => {
    const name = source.replace(/^(\.\.\/)+/, '');
    return name.startsWith(MODULES) ? name.slice(MODULES.length) : `pusher-c/${name === source ? '' : 'web/'}${name}`;
  });
  if (engine >= 0) {
    map.sources[engine] = 'pusher-c/pusher.wasm';
    map.sourcesContent[engine] = null;
  }
  return JSON.stringify(map);
}
