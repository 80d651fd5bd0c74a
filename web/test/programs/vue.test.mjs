// vue-pusher, unmodified, in a page of Vue 2 that was bundled.
import test from 'node:test';
import assert from 'node:assert/strict';

import { browser } from '../../../tests/e2e/lib/browser.mjs';
import { wholeFile } from '../../../tests/e2e/lib/program.mjs';
import { serve } from '../../../tests/e2e/lib/servers.mjs';
import { webApplication } from './lib/application.mjs';
import { bundled } from './lib/bundle.mjs';
import { SUBJECT } from './lib/subject.mjs';
import { visit } from './lib/visitor.mjs';

const chromium = await browser(wholeFile());

test(`a private and a presence channel in components, on ${SUBJECT}`, async (t) => {
  const { port } = await serve(t);
  const app = await webApplication(t, port, [await bundled('vue.js')]);
  const ann = await visit(t, chromium, app, { port, user: 'ann' });
  assert.equal(await ann.next('subscribed'), 'private-log');
  assert.equal(await ann.next('shown'), ' | ann');
  await app.trigger('private-log', 'line', { text: 'one' });
  assert.equal(await ann.next('shown'), 'one | ann');

  const bob = await visit(t, chromium, app, { port, user: 'bob' });
  assert.equal(await bob.next('shown'), ' | ann, bob');
  assert.equal(await ann.next('shown'), 'one | ann, bob');
  await bob.call('leave');
  assert.equal(await ann.next('shown'), 'one | ann');
  assert.deepEqual(await ann.call('channels'), ['private-log']);
  assert.deepEqual([...ann.left('uncaught'), ...bob.left('uncaught')], []);
});
