// React pages that were bundled: @harelpls/use-pusher and react-pusher, unmodified.
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

// What is shown in the end; what is shown on the way there depends on how React groups updates.
async function shows(visitor, text) {
  let shown;
  do shown = await visitor.next('shown');
  while (shown !== text);
}

test(`the hooks of use-pusher, on ${SUBJECT}`, async (t) => {
  const { port } = await serve(t);
  const app = await webApplication(t, port, [await bundled('hooks.js')]);
  const ann = await visit(t, chromium, app, { port, user: 'ann' });
  assert.equal(await ann.next('subscribed'), 'private-chat');
  await shows(ann, ' | 1: The ann; I am ann');
  assert.equal(await ann.call('state'), 'connected');
  await app.trigger('private-chat', 'line', { text: 'one' });
  await shows(ann, 'one | 1: The ann; I am ann');

  const bob = await visit(t, chromium, app, { port, user: 'bob' });
  await shows(bob, ' | 2: The ann, The bob; I am bob');
  await shows(ann, 'one | 2: The ann, The bob; I am ann');
  assert.equal(await bob.next('subscribed'), 'private-chat');
  await bob.call('typing', 'bob');
  await shows(ann, 'one, bob types | 2: The ann, The bob; I am ann');
  await bob.call('unmount');
  await shows(ann, 'one, bob types | 1: The ann; I am ann');
  assert.deepEqual(await bob.call('channels'), []);
  assert.deepEqual([...ann.left('uncaught'), ...bob.left('uncaught')], []);
});

test(`the component of react-pusher, on ${SUBJECT}`, async (t) => {
  const { port } = await serve(t);
  const app = await webApplication(t, port, [await bundled('component.js')]);
  const ann = await visit(t, chromium, app, { port, user: 'ann' });
  const list = ['private-list', 'changed'];
  const room = ['presence-room', 'said'];
  const subscriptions = [list, room].map(([channel]) => [channel, 'pusher:subscription_succeeded']);
  await ann.call('mount', [list, room, ...subscriptions]);
  for (const pair of subscriptions) await ann.next(pair.join(' '));
  await app.trigger('private-list', 'changed', { id: 1 });
  assert.deepEqual(await ann.next('private-list changed'), { id: 1 });
  await app.trigger('presence-room', 'said', 'hello');
  assert.equal(await ann.next('presence-room said'), 'hello');

  await ann.call('mount', [room]);
  assert.deepEqual(await ann.call('channels'), ['presence-room']);
  await app.trigger(['private-list', 'presence-room'], 'changed', { id: 2 });
  await app.trigger('presence-room', 'said', 'last');
  assert.equal(await ann.next('presence-room said'), 'last');
  assert.deepEqual([...ann.left('private-list changed'), ...ann.left('uncaught')], []);
});
