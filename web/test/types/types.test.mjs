// Our declarations, beside those of pusher-js 8.
import test from 'node:test';
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { compile, OURS, THEIRS } from './program.mjs';
import { deepTypes } from '../../build/deep_types.mjs';
import { surface, unused, used } from './surface.mjs';

const DOM = { lib: ['lib.es2020.d.ts', 'lib.dom.d.ts'] };
// Other people's declarations ask for more than a program has: modules that are not installed.
const LENIENT = { ...DOM, skipLibCheck: true };

test('a program uses every exported type and member of pusher-js', () => {
  const { program, source, checker, diagnostics } = compile('uses.ts', THEIRS, LENIENT);
  assert.deepEqual(diagnostics, []);
  const rows = surface(checker, program.getSourceFile(THEIRS));
  assert.ok(rows.length > 150, `${rows.length} names and members`);
  assert.deepEqual(unused(rows, used(checker, source)), []);
});

for (const [environment, extra] of [
  ['without the DOM library', {}],
  ['with the DOM library', DOM],
  ['as lenient as tsc is by itself', { strict: false, exactOptionalPropertyTypes: false }],
]) {
  test(`the same program compiles against ours, ${environment}`, () => {
    assert.deepEqual(compile('uses.ts', OURS, extra).diagnostics, []);
  });
}

test('what is ours alone compiles', () => {
  assert.deepEqual(compile('ours.ts', OURS).diagnostics, []);
});

test('mistakes do not compile', () => {
  assert.deepEqual(compile('mistakes.ts', OURS).diagnostics, []);
});

test('a page replaces parts of the platform by its own', () => {
  assert.deepEqual(compile('page.ts', OURS, DOM).diagnostics, []);
});

for (const [whose, declarations] of [['theirs', THEIRS], ['ours', OURS]]) {
  test(`plug-ins with types compile against ${whose}`, () => {
    assert.deepEqual(compile('plugins.ts', declarations, LENIENT).diagnostics, []);
  });
}

test('types at the paths inside of pusher-js, against theirs', () => {
  assert.deepEqual(compile('deep.ts', THEIRS, LENIENT).diagnostics, []);
});

test('types at the paths inside of pusher-js, against ours', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-types-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['index.d.ts', 'index.d.mts']) copyFileSync(OURS, join(folder, name));
  for (const { name, text } of deepTypes()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  assert.deepEqual(compile('deep.ts', join(folder, 'index.d.ts')).diagnostics, []);
});
