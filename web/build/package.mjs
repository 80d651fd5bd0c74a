// The npm package, as a folder that `npm pack` and `npm publish` take: files of the distribution, and what
// tells Node and bundlers which of them is for whom. Bower takes the same folder.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DEEP_EXPORTS, deepTypes } from './deep_types.mjs';
import { fileName, TARGETS, variants } from './targets.mjs';

// A folder of its own tells that its files are ES modules; those of dist/ are scripts and CommonJS.
const folderOf = (format) => (format === 'module' ? 'dist/esm/' : 'dist/');

// The files of a target: each variant with its map, and for Node what `import` gets.
function filesOf(target) {
  const files = variants(target).map((minify) => fileName(target, minify)).flatMap((name) => [name, `${name}.map`]);
  return target.format === 'commonjs' ? [...files, `${target.name}.mjs`] : files;
}

export function writePackage({ from, to, version, types, readme }) {
  const copy = (name, folder) => cpSync(`${from}/${name}`, `${to}/${folder}${name}`);
  mkdirSync(`${to}/dist/esm`, { recursive: true });
  for (const target of TARGETS) {
    for (const name of filesOf(target)) copy(name, folderOf(target.format));
  }
  for (const name of ['sockjs.js', 'sockjs.js.map', 'sockjs.min.js', 'sockjs.min.js.map']) copy(name, 'dist/');
  copy('pusher.wasm', 'dist/');
  copy('pusher.wasm', 'dist/esm/');
  for (const name of ['LICENSE', 'THIRD_PARTY_LICENSES.txt']) copy(name, '');
  cpSync(readme, `${to}/README.md`);
  writeTypes(types, to);
  for (const path of Object.keys(WAYS)) writeFolder(path, to);
  writeJSON(`${to}/dist/esm/package.json`, { type: 'module' });
  writeJSON(`${to}/package.json`, manifest(version));
  writeJSON(`${to}/bower.json`, bower(version));
}

// Node's rules want a declaration file for each kind of module.
function writeTypes(types, to) {
  const text = readFileSync(types, 'utf8');
  for (const name of ['index.d.ts', 'index.d.mts']) writeFileSync(`${to}/${name}`, text);
  for (const { name, text } of deepTypes()) {
    mkdirSync(dirname(`${to}/${name}`), { recursive: true });
    writeFileSync(`${to}/${name}`, text);
  }
}

const writeJSON = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

// One way into the package: what `import` and `require` get on which platform.
function way(module, script, node) {
  const others = { worker: `./dist/esm/${module}.js`, browser: `./dist/esm/${module}.js` };
  return {
    import: {
      types: './index.d.mts', ...others, node: `./dist/${node}.mjs`, default: `./dist/esm/${module}.js`,
    },
    require: {
      types: './index.d.ts', browser: `./dist/${script}.js`, node: `./dist/${node}.cjs`,
      default: `./dist/${script}.js`,
    },
  };
}

// A usual way. Bundlers get one file for `import` and `require`: a page that imports the library beside a plug-in
// that requires it has one Pusher.
function usual(name) {
  const one = { worker: `./dist/${name}.auto.js`, browser: `./dist/${name}.auto.js` };
  return {
    import: {
      types: './index.d.mts', ...one, node: './dist/pusher.node.mjs', default: `./dist/esm/${name}.esm.js`,
    },
    require: {
      types: './index.d.ts', ...one, node: './dist/pusher.node.cjs', default: `./dist/${name}.auto.js`,
    },
  };
}

const ENCRYPTION = 'pusher-with-encryption';

// The ways beside the main one. Those of pusher-js are all here but that for React Native.
const WAYS = {
  'with-encryption': usual(ENCRYPTION),
  worker: way('pusher.esm', 'pusher.worker', 'pusher.node'),
  'worker/with-encryption': way(`${ENCRYPTION}.esm`, `${ENCRYPTION}.worker`, 'pusher.node'),
  nowasm: way('pusher.nowasm.esm', 'pusher.nowasm', 'pusher.node.nowasm'),
  'nowasm/with-encryption': way(`${ENCRYPTION}.nowasm.esm`, `${ENCRYPTION}.nowasm`, 'pusher.node.nowasm'),
  external: way('pusher.external.esm', 'pusher.external', 'pusher.node.external'),
  cjs: usual('pusher'),
  'cjs/with-encryption': usual(ENCRYPTION),
  [ENCRYPTION]: usual(ENCRYPTION),
};

// Tools that do not read `exports` look for a folder.
function writeFolder(path, to) {
  const up = '../'.repeat(path.split('/').length);
  const { types, browser, node } = WAYS[path].require;
  const from = (file) => up + file.slice('./'.length);
  mkdirSync(`${to}/${path}`, { recursive: true });
  writeJSON(`${to}/${path}/package.json`, { main: from(node), browser: from(browser), types: from(types) });
}

function manifest(version) {
  return {
    name: 'pusher-c',
    version,
    description: 'Pusher Channels client for browsers, workers and Node, with the API of pusher-js',
    license: 'MIT',
    keywords: ['pusher', 'channels', 'websocket', 'realtime', 'webassembly'],
    main: './dist/pusher.node.cjs',
    browser: './dist/pusher.auto.js',
    unpkg: './dist/pusher.min.js',
    jsdelivr: './dist/pusher.min.js',
    types: './index.d.ts',
    exports: {
      '.': usual('pusher'),
      './esm': { types: './index.d.mts', default: './dist/esm/pusher.esm.js' },
      './esm/with-encryption': { types: './index.d.mts', default: `./dist/esm/${ENCRYPTION}.esm.js` },
      ...Object.fromEntries(Object.entries(WAYS).map(([path, ways]) => [`./${path}`, ways])),
      './node': {
        import: { types: './index.d.mts', default: './dist/pusher.node.mjs' },
        require: { types: './index.d.ts', default: './dist/pusher.node.cjs' },
      },
      './pusher.wasm': './dist/pusher.wasm',
      './dist/*': './dist/*',
      ...DEEP_EXPORTS,
      './package.json': './package.json',
    },
    sideEffects: false,
    files: [
      'dist', 'types', ...new Set(Object.keys(WAYS).map((path) => path.split('/')[0])),
      'index.d.ts', 'index.d.mts', 'bower.json', 'THIRD_PARTY_LICENSES.txt',
    ],
    engines: { node: '>=18' },
    peerDependencies: { ws: '^8.0.0' },
    peerDependenciesMeta: { ws: { optional: true } },
  };
}

function bower(version) {
  return {
    name: 'pusher-c',
    version,
    description: 'Pusher Channels client for browsers',
    main: './dist/pusher.js',
    license: 'MIT',
    ignore: ['package.json', 'dist/esm', 'dist/*.cjs', 'dist/*.mjs'],
  };
}
