// The npm package, as a folder that `npm pack` and `npm publish` take: files of the distribution, and what
// tells Node and bundlers which of them is for whom. Bower takes the same folder.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DEEP_EXPORTS, deepTypes } from './deep_types.mjs';

// A folder of its own tells that its files are ES modules; those of dist/ are scripts and CommonJS.
const MODULES = ['pusher.esm', 'pusher.nowasm.esm', 'pusher.external.esm'];
const SCRIPTS = [
  'pusher', 'pusher.nowasm', 'pusher.external', 'pusher.worker', 'pusher.worker.nowasm',
  'pusher.worker.external', 'sockjs',
];
const NODE = ['pusher.node', 'pusher.node.nowasm', 'pusher.node.external'];

const programs = (name) => [`${name}.cjs`, `${name}.cjs.map`, `${name}.mjs`];
const twins = (name) => [`${name}.js`, `${name}.js.map`, `${name}.min.js`, `${name}.min.js.map`];

export function writePackage({ from, to, version, types, readme }) {
  const copy = (name, folder) => cpSync(`${from}/${name}`, `${to}/${folder}${name}`);
  mkdirSync(`${to}/dist/esm`, { recursive: true });
  for (const name of SCRIPTS.flatMap(twins)) copy(name, 'dist/');
  for (const name of ['pusher.auto.js', 'pusher.auto.js.map']) copy(name, 'dist/');
  for (const name of NODE.flatMap(programs)) copy(name, 'dist/');
  for (const name of MODULES.flatMap(twins)) copy(name, 'dist/esm/');
  copy('pusher.wasm', 'dist/');
  copy('pusher.wasm', 'dist/esm/');
  for (const name of ['LICENSE', 'THIRD_PARTY_LICENSES.txt']) copy(name, '');
  cpSync(readme, `${to}/README.md`);
  writeTypes(types, to);
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

// The usual way. Bundlers get one file for `import` and `require`: a page that imports the library beside a plug-in
// that requires it has one Pusher.
function main() {
  const one = { worker: './dist/pusher.auto.js', browser: './dist/pusher.auto.js' };
  return {
    import: {
      types: './index.d.mts', ...one, node: './dist/pusher.node.mjs', default: './dist/esm/pusher.esm.js',
    },
    require: {
      types: './index.d.ts', ...one, node: './dist/pusher.node.cjs', default: './dist/pusher.auto.js',
    },
  };
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
      '.': main(),
      './esm': { types: './index.d.mts', default: './dist/esm/pusher.esm.js' },
      './worker': way('pusher.esm', 'pusher.worker', 'pusher.node'),
      './nowasm': way('pusher.nowasm.esm', 'pusher.nowasm', 'pusher.node.nowasm'),
      './external': way('pusher.external.esm', 'pusher.external', 'pusher.node.external'),
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
    files: ['dist', 'types', 'index.d.ts', 'index.d.mts', 'bower.json', 'THIRD_PARTY_LICENSES.txt'],
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
