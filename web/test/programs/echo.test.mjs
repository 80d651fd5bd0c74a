// Laravel Echo 2, unmodified, from script tags.
import test from 'node:test';
import assert from 'node:assert/strict';

import { browser } from '../../../tests/e2e/lib/browser.mjs';
import { wholeFile } from '../../../tests/e2e/lib/program.mjs';
import { serve } from '../../../tests/e2e/lib/servers.mjs';
import { webApplication } from './lib/application.mjs';
import { nodeModule, script } from './lib/bundle.mjs';
import { BUNDLE, SUBJECT } from './lib/subject.mjs';
import { visit } from './lib/visitor.mjs';

const chromium = await browser(wholeFile());
const NOTIFICATION = 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';

// A server, an application, and a function that opens its page.
async function start(t) {
  const { port } = await serve(t);
  const app = await webApplication(t, port, [
    BUNDLE,
    nodeModule('laravel-echo/dist/echo.iife.js'),
    script('echo.js'),
  ]);
  return { app, visitor: (user) => visit(t, chromium, app, { port, user }) };
}

test(`a public channel, on ${SUBJECT}`, async (t) => {
  const { app, visitor } = await start(t);
  const ann = await visitor('ann');
  await ann.call('open');
  assert.equal(await ann.next('subscribed'), 'orders');
  assert.match(await ann.call('socketId'), /^\d+\.\d+$/);
  assert.equal(await ann.call('status'), 'connected');
  await app.trigger('orders', 'App\\Events\\OrderShipped', { id: 1 });
  assert.deepEqual(await ann.next('OrderShipped'), { id: 1 });
  assert.deepEqual(await ann.next('all'), ['OrderShipped', { id: 1 }]);
  await app.trigger('orders', 'order.paid', { id: 2 });
  assert.deepEqual(await ann.next('order.paid'), { id: 2 });
  assert.deepEqual(await ann.next('all'), ['.order.paid', { id: 2 }]);

  await ann.call('closed', 'OrderShipped');
  await app.trigger('orders', 'App\\Events\\OrderShipped', { id: 3 });
  assert.deepEqual(await ann.next('all'), ['OrderShipped', { id: 3 }]);
  assert.deepEqual(ann.left('OrderShipped'), []);
  await ann.call('disconnect');
  assert.equal(await ann.call('status'), 'disconnected');
  assert.deepEqual(ann.left('uncaught'), []);
});

test('a private channel: events, whispers, notifications', async (t) => {
  const { app, visitor } = await start(t);
  const [ann, bob] = [await visitor('ann'), await visitor('bob')];
  for (const one of [ann, bob]) {
    await one.call('private');
    assert.equal(await one.next('subscribed'), 'private-chat');
  }
  const [request] = app.requests;
  assert.equal(request.path, '/broadcasting/auth');
  assert.deepEqual(request.form, { socket_id: await ann.call('socketId'), channel_name: 'private-chat' });
  assert.equal(request.headers['x-user'], 'ann');

  await app.trigger('private-chat', 'App\\Events\\MessagePosted', { text: 'hi' });
  assert.deepEqual(await ann.next('MessagePosted'), { text: 'hi' });
  await ann.call('whisper', 'chat', { name: 'ann' });
  assert.deepEqual(await bob.next('typing'), { name: 'ann' });
  await app.trigger('private-chat', NOTIFICATION, { type: 'Invoice', amount: 3 });
  assert.deepEqual(await bob.next('notification'), { type: 'Invoice', amount: 3 });
  assert.deepEqual(ann.left('typing'), []);
  assert.deepEqual([...ann.left('error'), ...ann.left('uncaught')], []);
});

test('a private channel that nobody may enter', async (t) => {
  const { visitor } = await start(t);
  const ann = await visitor('ann');
  await ann.call('refused');
  const { type, status } = await ann.next('refused');
  assert.deepEqual({ type, status }, { type: 'AuthError', status: 403 });
});

test('a presence channel: here, joining, leaving, whispers', async (t) => {
  const { app, visitor } = await start(t);
  const ann = await visitor('ann');
  const [Ann, Bob] = ['ann', 'bob'].map((id) => ({ id, name: `The ${id}` }));
  await ann.call('join');
  assert.deepEqual(await ann.next('here'), [Ann]);
  const bob = await visitor('bob');
  await bob.call('join');
  assert.deepEqual((await bob.next('here')).sort((a, b) => (a.id < b.id ? -1 : 1)), [Ann, Bob]);
  assert.deepEqual(await ann.next('joining'), Bob);
  await bob.call('wave', { hand: 'left' });
  assert.deepEqual(await ann.next('waving'), { hand: 'left' });
  await app.trigger('presence-room', 'App\\Events\\Announcement', ['all', 'of', 'you']);
  assert.deepEqual(await bob.next('Announcement'), ['all', 'of', 'you']);
  await bob.call('leave', 'room');
  assert.deepEqual(await ann.next('leaving'), Bob);
  await bob.call('join');
  assert.deepEqual(await ann.next('joining'), Bob);
  await bob.page.close();
  assert.deepEqual(await ann.next('leaving'), Bob);
  assert.deepEqual(ann.left('uncaught'), []);
});

test('the connection: what is told of it', async (t) => {
  const { visitor } = await start(t);
  const ann = await visitor('ann');
  assert.equal(await ann.next('connection'), 'connected');
  await ann.call('disconnect');
  while ((await ann.next('connection')) !== 'disconnected');
  assert.equal(await ann.call('status'), 'disconnected');
});
