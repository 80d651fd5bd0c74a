// The bundles: what each is made of, and for whom.

const PAGES = 'es2017';
const NODE = 'node18';

// entry: the file in src/entries. binary: how the engine gets in (src/engine/binary). format: `script` is
// UMD (AMD, CommonJS, a global), `module` an ES module, `commonjs` for Node. encryption: a tweetnacl is inside.
const PLAIN = [
  { name: 'pusher', entry: 'page', binary: 'embedded', format: 'script' },
  { name: 'pusher.nowasm', entry: 'page', binary: 'nowasm', format: 'script' },
  { name: 'pusher.external', entry: 'page', binary: 'external', format: 'script' },
  { name: 'pusher.worker', entry: 'worker', binary: 'embedded', format: 'script' },
  { name: 'pusher.worker.nowasm', entry: 'worker', binary: 'nowasm', format: 'script' },
  { name: 'pusher.worker.external', entry: 'worker', binary: 'external', format: 'script' },
  { name: 'pusher.auto', entry: 'auto', binary: 'embedded', format: 'script' },
  { name: 'pusher.esm', entry: 'esm', binary: 'embedded', format: 'module' },
  { name: 'pusher.nowasm.esm', entry: 'esm', binary: 'nowasm', format: 'module' },
  { name: 'pusher.external.esm', entry: 'esm', binary: 'external', format: 'module' },
];

const WITH_ENCRYPTION = [
  { name: 'pusher-with-encryption', entry: 'page', binary: 'embedded', format: 'script' },
  { name: 'pusher-with-encryption.nowasm', entry: 'page', binary: 'nowasm', format: 'script' },
  { name: 'pusher-with-encryption.worker', entry: 'worker', binary: 'embedded', format: 'script' },
  { name: 'pusher-with-encryption.worker.nowasm', entry: 'worker', binary: 'nowasm', format: 'script' },
  { name: 'pusher-with-encryption.auto', entry: 'auto', binary: 'embedded', format: 'script' },
  { name: 'pusher-with-encryption.esm', entry: 'esm', binary: 'embedded', format: 'module' },
  { name: 'pusher-with-encryption.nowasm.esm', entry: 'esm', binary: 'nowasm', format: 'module' },
  { name: 'pusher.node', entry: 'node', binary: 'embedded', format: 'commonjs' },
  { name: 'pusher.node.nowasm', entry: 'node', binary: 'nowasm', format: 'commonjs' },
  { name: 'pusher.node.external', entry: 'node', binary: 'external', format: 'commonjs' },
];

export const TARGETS = [...PLAIN, ...WITH_ENCRYPTION.map((target) => ({ ...target, encryption: true }))];

// The newest syntax in a target's file.
export const syntax = (target) => (target.format === 'commonjs' ? NODE : PAGES);

// Whether each file of a target is minified: Node has no use for that, and bundlers do it themselves.
export const variants = (target) => (['node', 'auto'].includes(target.entry) ? [false] : [false, true]);

// The name of a target's file.
export function fileName(target, minify) {
  return `${target.name}${minify ? '.min' : ''}${target.format === 'commonjs' ? '.cjs' : '.js'}`;
}
