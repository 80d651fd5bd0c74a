// The bundles: what each is made of, and for whom. One row is one file (two, where there is a minified one).

// Browsers whose newest syntax is this; the checks of the tests parse the bundles accordingly.
const PAGES = 'es2017';
const NODE = 'node18';

// entry: the file in src/entries. binary: how the engine gets in (src/engine/binary). format: `script` is
// UMD (AMD, CommonJS, a global), `module` an ES module, `commonjs` for Node. min: whether a minified
// variant is written too.
export const TARGETS = [
  { name: 'pusher', entry: 'page', binary: 'embedded', format: 'script', target: PAGES, min: true },
  { name: 'pusher.nowasm', entry: 'page', binary: 'nowasm', format: 'script', target: PAGES, min: true },
  { name: 'pusher.external', entry: 'page', binary: 'external', format: 'script', target: PAGES, min: true },
  { name: 'pusher.worker', entry: 'worker', binary: 'embedded', format: 'script', target: PAGES, min: true },
  { name: 'pusher.worker.nowasm', entry: 'worker', binary: 'nowasm', format: 'script', target: PAGES, min: true },
  { name: 'pusher.worker.external', entry: 'worker', binary: 'external', format: 'script', target: PAGES, min: true },
  { name: 'pusher.esm', entry: 'esm', binary: 'embedded', format: 'module', target: PAGES, min: true },
  { name: 'pusher.nowasm.esm', entry: 'esm', binary: 'nowasm', format: 'module', target: PAGES, min: true },
  { name: 'pusher.external.esm', entry: 'esm', binary: 'external', format: 'module', target: PAGES, min: true },
  { name: 'pusher.node', entry: 'node', binary: 'embedded', format: 'commonjs', target: NODE, min: false },
  { name: 'pusher.node.nowasm', entry: 'node', binary: 'nowasm', format: 'commonjs', target: NODE, min: false },
  { name: 'pusher.node.external', entry: 'node', binary: 'external', format: 'commonjs', target: NODE, min: false },
];

// The name of a target's file.
export function fileName(target, minify) {
  return `${target.name}${minify ? '.min' : ''}${target.format === 'commonjs' ? '.cjs' : '.js'}`;
}
