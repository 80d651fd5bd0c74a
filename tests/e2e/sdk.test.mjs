// The unmodified `pusher` SDK against `pusher serve`.
import test from 'node:test';
import assert from 'node:assert/strict';
import Pusher from 'pusher';

import { APP, pusher, serve } from './lib/servers.mjs';

const sdkFor = (port, app = APP) => new Pusher({ ...app, host: '127.0.0.1', port: String(port), useTLS: false });

// A subscriber of ours that sees what the SDK does.
async function subscriber(t, port, channels, ...args) {
  const program = pusher(['subscribe', '--port', String(port), '--json', ...args, ...channels]);
  t.after(() => program.stop('SIGKILL'));
  for (const channel of channels) await program.line('err', new RegExp(`^subscribed to ${channel}`));
  return program;
}

const refusedWith = (status, text) => (error) => {
  assert.equal(error.status, status);
  assert.match(error.body, text);
  return true;
};

test('trigger reaches one channel or many, and leaves a socket out', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  const program = await subscriber(t, port, ['a', 'b'], '--count', '4');
  const id = (await program.line('err', /^connected/)).split(' ').pop();
  assert.equal((await sdk.trigger('a', 'one', { text: 'hi' })).status, 200);
  await sdk.trigger(['a', 'b'], 'two', 'plain');
  await sdk.trigger('a', 'unseen', {}, { socket_id: id });
  await sdk.trigger('b', 'three', { text: '\u00e4 \u{1f600} "' });
  assert.equal(await program.end(), 0);
  const events = program.out.map((line) => JSON.parse(line));
  assert.deepEqual(events[0], { channel: 'a', event: 'one', data: { text: 'hi' } });
  assert.deepEqual(events.slice(1, 3).map((event) => [event.channel, event.data]).sort(),
    [['a', 'plain'], ['b', 'plain']]);
  assert.deepEqual(events[3], { channel: 'b', event: 'three', data: { text: 'ä 😀 "' } });
});

test('trigger asks for counts', async (t) => {
  const { port } = await serve(t);
  await subscriber(t, port, ['presence-a'], '--user-id', 'ann');
  const answer = await sdkFor(port).trigger(['presence-a', 'b'], 'e', {}, { info: 'user_count' });
  assert.deepEqual(await answer.json(), { channels: { 'presence-a': { user_count: 1 }, b: {} } });
});

test('triggerBatch keeps the order, and sends nothing when one event is wrong', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  const program = await subscriber(t, port, ['a', 'b'], '--count', '3');
  const wrong = [{ channel: 'a', name: 'lost', data: {} }, { channel: 'a b', name: 'e', data: {} }];
  await assert.rejects(sdk.triggerBatch(wrong), refusedWith(400, /a b|channel/));
  const batch = [1, 2].map((n) => ({ channel: 'a', name: 'e', data: { n } }));
  await sdk.triggerBatch([...batch, { channel: 'b', name: 'last', data: 'x' }]);
  assert.equal(await program.end(), 0);
  assert.deepEqual(program.out.map((line) => JSON.parse(line).data), [{ n: 1 }, { n: 2 }, 'x']);
});

test('the state of the application: channels, a channel, its users', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  await subscriber(t, port, ['public', 'presence-room'], '--user-id', 'ann');
  await subscriber(t, port, ['presence-room'], '--user-id', 'bob');
  await subscriber(t, port, ['presence-room'], '--user-id', 'bob');
  const get = async (path, params) => (await sdk.get({ path, params })).json();
  assert.deepEqual(await get('/channels'), { channels: { public: {}, 'presence-room': {} } });
  assert.deepEqual(await get('/channels', { filter_by_prefix: 'presence-', info: 'user_count' }), {
    channels: { 'presence-room': { user_count: 2 } },
  });
  assert.deepEqual(await get('/channels/presence-room', { info: 'user_count' }), {
    occupied: true,
    user_count: 2,
  });
  assert.equal((await get('/channels/nobody')).occupied, false);
  const { users } = await get('/channels/presence-room/users');
  assert.deepEqual(users.map((user) => user.id).sort(), ['ann', 'bob']);
  await assert.rejects(sdk.get({ path: '/channels/public/users' }), refusedWith(400, /presence/));
});

test('authorizeChannel signs what the server accepts', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  const { authEndpoint } = await import('./lib/auth_endpoint.mjs');
  const endpoint = await authEndpoint(t);
  const at = ['--auth-endpoint', endpoint.url];
  const program = await subscriber(t, port, ['private-orders', 'presence-room'], ...at);
  await sdk.trigger(['private-orders', 'presence-room'], 'e', { n: 1 });
  for (const channel of ['private-orders', 'presence-room']) {
    await program.line('out', new RegExp(`"${channel}"`));
  }
  const response = await sdk.get({ path: '/channels/presence-room/users' });
  assert.deepEqual((await response.json()).users, [{ id: 'ann' }]);
});

test('wrong credentials', async (t) => {
  const { port } = await serve(t);
  const withApp = (change) => sdkFor(port, { ...APP, ...change }).trigger('a', 'e', {});
  await assert.rejects(withApp({ secret: 'wrong' }), refusedWith(401, /signature/i));
  await assert.rejects(withApp({ key: 'wrong' }), refusedWith(401, /key/i));
  await assert.rejects(withApp({ appId: 'wrong' }), refusedWith(404, /app/i));
});

test('too much data', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  await sdk.trigger('a', 'e', 'x'.repeat(10240));
  await assert.rejects(sdk.trigger('a', 'e', 'x'.repeat(10241)), refusedWith(413, /10240/));
});

test('two apps do not hear each other', async (t) => {
  const other = { appId: '2', key: 'key-2', secret: 'secret-2' };
  const { port } = await serve(t, ['--app', 'app-id:app-key:app-secret', '--app', '2:key-2:secret-2']);
  const program = await subscriber(t, port, ['a'], '--count', '1');
  await sdkFor(port, other).trigger('a', 'e', 'of the other app');
  await sdkFor(port).trigger('a', 'e', 'of this app');
  assert.equal(await program.end(), 0);
  assert.equal(JSON.parse(program.out[0]).data, 'of this app');
});
