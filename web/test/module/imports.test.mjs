// The module asks nothing of its host: it imports nothing at all, and what it exports is what the
// library knows (src/engine/exports.ts).
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { WASM } from '../../build/bundle.mjs';

const module = new WebAssembly.Module(readFileSync(WASM));
const exported = WebAssembly.Module.exports(module);

test('the module imports nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

test('the module exports its memory and functions of ours', () => {
  const others = exported.filter(({ kind, name }) => kind !== 'function' || !name.startsWith('px_web_'));
  assert.deepEqual(others, [{ name: 'memory', kind: 'memory' }]);
});

test('every function that the library calls is there', () => {
  const source = readFileSync(new URL('../../src/engine/exports.ts', import.meta.url), 'utf8');
  const called = [...source.matchAll(/^ {2}(px_web_\w+)\(/gm)].map(([, name]) => name);
  const names = new Set(exported.map(({ name }) => name));
  assert.ok(called.length > 20);
  assert.deepEqual(called.filter((name) => !names.has(name)), []);
});

test('one instance more costs no compilation and shares nothing', () => {
  const [one, two] = [new WebAssembly.Instance(module, {}), new WebAssembly.Instance(module)];
  assert.notEqual(one.exports.memory, two.exports.memory);
});
