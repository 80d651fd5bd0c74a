// What `make dist` writes: names and versions, and that each bundle is what its users can load.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { before } from 'node:test';
import vm from 'node:vm';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse } from 'acorn';
import { nodeModule } from '../../../tests/e2e/lib/browser.mjs';
import { wholeFile } from '../../../tests/e2e/lib/program.mjs';
import { sizes } from '../../build/sizes.mjs';
import { TARGETS, fileName, syntax, variants } from '../../build/targets.mjs';
import { distribution, folder as newFolder } from './lib/package.mjs';

const ts = createRequire(new URL('../../package.json', import.meta.url))('typescript');
const VERSION = '1.2.3';
const FILES = TARGETS.flatMap((target) =>
  variants(target).map((minify) => ({ target, minify, name: fileName(target, minify) })));
const SCRIPTS = FILES.filter(({ target }) => target.format === 'script');

const file = wholeFile();
let folder;
let dist;

before(async () => {
  dist = await distribution(file, {
    VERSION,
    CDN_HTTP: 'http://files.example/js',
    CDN_HTTPS: 'https://files.example/js',
  });
  folder = `${dist}/${VERSION}`;
});

const bytes = (name) => readFileSync(`${folder}/${name}`);
const text = (name) => readFileSync(`${folder}/${name}`, 'utf8');

test('a release is under its version and its short one, a pre-release only under its own', async (t) => {
  assert.deepEqual(readdirSync(dist).sort(), ['1.2', '1.2.3']);
  assert.deepEqual(readdirSync(`${dist}/1.2`), readdirSync(folder));
  const early = await distribution(t, { VERSION: '1.2.4-pre' });
  assert.deepEqual(readdirSync(early), ['1.2.4-pre']);
});

test('a version that is none is refused', async (t) => {
  await assert.rejects(distribution(t, { VERSION: '1.2' }), /VERSION '1\.2' is not like 1\.2\.3/);
});

test('everything is there', () => {
  const bundles = FILES.flatMap(({ name }) => [name, `${name}.map`]);
  const others = [
    'LICENSE', 'THIRD_PARTY_LICENSES.txt', 'npm', 'pusher.wasm', 'sockjs.js', 'sockjs.js.map', 'sockjs.min.js',
    'sockjs.min.js.map', 'pusher.node.mjs', 'pusher.node.external.mjs', 'pusher.node.nowasm.mjs',
  ];
  const fetched = [...bundles, ...others].filter((name) => /\.(min\.js|wasm)$/.test(name));
  const compressed = fetched.flatMap((name) => [`${name}.br`, `${name}.gz`]);
  assert.deepEqual(readdirSync(folder).sort(), [...bundles, ...others, ...compressed].sort());
  for (const name of fetched) {
    assert.deepEqual(gunzipSync(bytes(`${name}.gz`)), bytes(name), name);
    assert.deepEqual(brotliDecompressSync(bytes(`${name}.br`)), bytes(name), name);
  }
  assert.match(text('THIRD_PARTY_LICENSES.txt'), /musl, Copyright[^]*sockjs-client[^]*contain tweetnacl\n=+\n\n\w/);
});

test('the engine imports nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes('pusher.wasm'))), []);
});

test('what package.json names exists', () => {
  const manifest = JSON.parse(text('npm/package.json'));
  const paths = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(paths));
  const { main, browser, unpkg, jsdelivr, types } = manifest;
  const named = [main, browser, unpkg, jsdelivr, types, ...paths(manifest.exports)];
  for (const path of named.filter((path) => !path.includes('*'))) assert.ok(text(`npm/${path}`).length > 0, path);
});

test('each way into the package is a folder, too, for tools that do not read exports', () => {
  const ways = Object.entries(JSON.parse(text('npm/package.json')).exports).filter(([, { require }]) => require?.browser);
  assert.ok(ways.length > 5);
  for (const [path, { require }] of ways.filter(([path]) => path !== '.')) {
    const { main, browser, types } = JSON.parse(text(`npm/${path}/package.json`));
    const place = (name) => new URL(`http://package/${path.slice('./'.length)}/${name}`).pathname;
    const named = [require.node, require.browser, require.types].map((name) => name.slice(1));
    assert.deepEqual([main, browser, types].map(place), named, path);
  }
});

// How TypeScript looks for packages: by folders alone, as Node does, as bundlers do.
for (const [module, moduleResolution] of [['CommonJS', 'Node10'], ['Node16', 'Node16'], ['ESNext', 'Bundler']]) {
  test(`TypeScript finds the types of every way, with ${moduleResolution}`, (t) => {
    const program = newFolder(t);
    mkdirSync(`${program}/node_modules`);
    symlinkSync(`${folder}/npm`, `${program}/node_modules/pusher-c`);
    const ways = Object.keys(JSON.parse(text('npm/package.json')).exports)
      .filter((path) => !/[*]|json|wasm|^\.\/(esm|node)/.test(path));
    assert.ok(ways.includes('./with-encryption') && ways.includes('./worker/with-encryption'));
    const file = `${program}/program.ts`;
    writeFileSync(file, ways.map((path, i) => `
      import Pusher${i}, { type Channel as Channel${i} } from '${path.replace(/^\./, 'pusher-c')}';
      export const channel${i}: Channel${i} = new Pusher${i}('key').subscribe('news');
      // @ts-expect-error: there is no such member
      channel${i}.nothing;`).join('\n'));
    const options = {
      strict: true, noEmit: true, esModuleInterop: true, types: [], lib: ['lib.es2020.d.ts'],
      module: ts.ModuleKind[module], moduleResolution: ts.ModuleResolutionKind[moduleResolution],
    };
    const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
    assert.deepEqual(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), []);
  });
}

for (const { target, minify, name } of FILES) {
  test(`${name} is ASCII, in its syntax, and says what it is`, () => {
    const code = text(name);
    assert.match(code, /^[\n\x20-\x7e]*$/);
    assert.ok(code.startsWith(`/*!\n * Pusher-c JavaScript library v${VERSION}\n`));
    assert.match(code, /MIT licence/);
    const ecmaVersion = Number(syntax(target).replace(/^es/, '')) || 2022;
    const sourceType = target.format === 'module' ? 'module' : 'script';
    // An ES module knows its address by syntax that is newer than the rest.
    const known = code.replaceAll('import.meta.url', 'import_meta_url');
    parse(known, { ecmaVersion, sourceType });
    assert.equal(code.includes('https://files.example/js'), ['page', 'esm', 'auto'].includes(target.entry));
    assert.equal(code.includes('crypto_secretbox'), target.encryption === true, 'a tweetnacl inside');
    const map = JSON.parse(text(`${name}.map`));
    assert.ok(map.sources.includes(`pusher-c/web/src/entries/${target.entry}.ts`));
  });
}

// Runs a script as a page or a worker would that has nothing but what is given.
function load(name, globals) {
  const context = vm.createContext(globals);
  vm.runInContext(text(name), context, { filename: name });
  return context;
}

const place = { currentScript: { src: 'https://site.example/js/1.2.3/pusher.js' } };
const page = () => ({ document: place, location: { protocol: 'https:' } });

for (const { name, target } of SCRIPTS) {
  const globals = () => (target.entry === 'page' ? page() : {});

  test(`${name} as a script: a global, and nothing else`, () => {
    const given = globals();
    const known = Object.keys(given);
    const context = load(name, given);
    assert.deepEqual(Object.keys(context), [...known, 'Pusher']);
    assert.equal(vm.runInContext('typeof Pusher', context), 'function');
    assert.equal(context.Pusher.VERSION, VERSION);
    assert.equal(context.Pusher.instances.length, 0);
  });

  test(`${name} with CommonJS: the export is the constructor`, () => {
    const context = load(name, { ...globals(), module: { exports: {} } });
    assert.equal(context.module.exports.VERSION, VERSION);
    assert.equal('Pusher' in context, false);
  });

  test(`${name} with AMD: an anonymous module that is the constructor`, () => {
    const calls = [];
    const define = Object.assign((...words) => calls.push(words), { amd: {} });
    load(name, { ...globals(), define });
    assert.equal(calls.length, 1);
    const [[dependencies, factory]] = calls;
    assert.equal(dependencies.length, 0);
    assert.equal(factory().VERSION, VERSION);
  });
}

test('in a page the global is there however the script was loaded', () => {
  const given = { ...page(), module: { exports: {} } };
  given.window = given;
  const context = load('pusher.js', given);
  assert.equal(context.Pusher, context.module.exports);
});

test('sizes, beside pusher-js', async () => {
  const table = await sizes(folder, nodeModule('pusher-js'));
  for (const name of ['pusher', 'pusher-with-encryption']) {
    assert.match(table, new RegExp(`^pusher-js 8\\S* ${name}\\.min\\.js +\\d+ +\\d+ +\\d+$`, 'm'));
  }
  const results = process.env.PUSHER_RESULTS;
  if (!results) return;
  mkdirSync(results, { recursive: true });
  writeFileSync(`${results}/web_sizes.txt`, table);
});
