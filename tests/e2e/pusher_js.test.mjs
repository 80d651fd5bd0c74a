// The unmodified `pusher-js` against `pusher serve`.
import test from 'node:test';
import assert from 'node:assert/strict';
import PusherSdk from 'pusher';

import { APP, freePort, serve } from './lib/servers.mjs';
import { authEndpoint } from './lib/auth_endpoint.mjs';
import { client, next, subscribed } from './lib/pusher_js.mjs';
import { soon, until } from './lib/program.mjs';

const sdkFor = (port) => new PusherSdk({ ...APP, host: '127.0.0.1', port: String(port), useTLS: false });

const as = (t, user_id) => authEndpoint(t, { user: { user_id, user_info: { name: `The ${user_id}` } } });
const through = ({ url }) => ({ channelAuthorization: { endpoint: url, transport: 'ajax' } });

test('public channel', async (t) => {
  const { port } = await serve(t);
  const pusher = client(t, port);
  const channel = await subscribed(pusher, 'my-channel');
  assert.match(pusher.connection.socket_id, /^\d+\.\d+$/);
  const event = next(channel, 'new-comment');
  await sdkFor(port).trigger('my-channel', 'new-comment', { text: 'hi' });
  assert.deepEqual(await event, { text: 'hi' });

  pusher.unsubscribe('my-channel');
  const other = await subscribed(pusher, 'other');
  channel.bind('new-comment', () => assert.fail('an event after unsubscribe'));
  const last = next(other, 'last');
  await sdkFor(port).triggerBatch([
    { channel: 'my-channel', name: 'new-comment', data: {} },
    { channel: 'other', name: 'last', data: {} },
  ]);
  await last;
});

test('private channel, and a client event both ways', async (t) => {
  const { port } = await serve(t);
  const endpoint = through(await as(t, 'ann'));
  const [one, two] = [client(t, port, endpoint), client(t, port, endpoint)];
  const here = await subscribed(one, 'private-chat');
  const there = await subscribed(two, 'private-chat');
  here.bind('client-hello', () => assert.fail('an event came back to its sender'));
  const hello = next(there, 'client-hello');
  here.trigger('client-hello', { from: 'one' });
  assert.deepEqual(await hello, { from: 'one' });
  here.unbind('client-hello');
  const answer = next(here, 'client-hello');
  there.trigger('client-hello', { from: 'two' });
  assert.deepEqual(await answer, { from: 'two' });
});

test('a signature for another channel is refused', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  const endpoint = await authEndpoint(t, {
    answer: (form) => [200, JSON.stringify(sdk.authorizeChannel(form.socket_id, 'private-other'))],
  });
  const pusher = client(t, port, through(endpoint));
  const error = await next(pusher.subscribe('private-chat'), 'pusher:subscription_error');
  assert.equal(error.status, 401);
  await subscribed(pusher, 'public'); // the connection is as good as before
});

test('presence channel: members, joining, leaving, whose event it is', async (t) => {
  const { port } = await serve(t);
  const ann = client(t, port, through(await as(t, 'ann')));
  const bob = client(t, port, through(await as(t, 'bob')));
  const here = await subscribed(ann, 'presence-room');
  assert.equal(here.members.count, 1);
  assert.deepEqual(here.members.me, { id: 'ann', info: { name: 'The ann' } });
  const added = next(here, 'pusher:member_added');
  const there = await subscribed(bob, 'presence-room');
  assert.deepEqual(await added, { id: 'bob', info: { name: 'The bob' } });
  assert.equal(there.members.count, 2);
  const said = next(here, 'client-said');
  there.trigger('client-said', { text: 'hi' });
  assert.deepEqual(await said, { data: { text: 'hi' }, user_id: 'bob' });
  const removed = next(here, 'pusher:member_removed');
  bob.disconnect();
  assert.deepEqual(await removed, { id: 'bob', info: { name: 'The bob' } });
  assert.equal(here.members.count, 1);
});

test('the development endpoint authorizes, where it was asked for', async (t) => {
  const { port } = await serve(t, ['--dev-auth']);
  const pusher = client(t, port, through({ url: `http://127.0.0.1:${port}/pusher/auth` }));
  await subscribed(pusher, 'private-chat');
  const room = await subscribed(pusher, 'presence-room');
  assert.equal(room.members.count, 1);
});

test('a wrong key ends the connection for good', async (t) => {
  const { port } = await serve(t);
  const pusher = client(t, port, {}, 'wrong-key');
  const failed = next(pusher.connection, 'error');
  await next(pusher.connection, 'disconnected');
  assert.equal((await failed).error.data.code, 4001);
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`it comes back after the server was restarted (${signal})`, async (t) => {
    const port = await freePort();
    const server = await serve(t, [], { port });
    const pusher = client(t, port, through(await as(t, 'ann')));
    const channel = await subscribed(pusher, 'my-channel');
    const room = await subscribed(pusher, 'presence-room');
    const before = pusher.connection.socket_id;
    await server.stop(signal);
    const again = Promise.all([
      next(channel, 'pusher:subscription_succeeded'),
      next(room, 'pusher:subscription_succeeded'),
    ]);
    await serve(t, [], { port });
    await again;
    assert.notEqual(pusher.connection.socket_id, before);
    const event = next(channel, 'new-comment');
    await sdkFor(port).trigger('my-channel', 'new-comment', { text: 'back' });
    assert.deepEqual(await event, { text: 'back' });
  });
}

test('ping is answered', async (t) => {
  const { port } = await serve(t);
  const pusher = client(t, port, { activityTimeout: 50 });
  const message = await next(pusher.connection, 'message');
  assert.equal(message.event, 'pusher:pong');
});

test('statistics of pusher-js are counted', async (t) => {
  const { port } = await serve(t);
  const pusher = client(t, port, { disableStats: undefined, enableStats: true, statsHost: `127.0.0.1:${port}` });
  await next(pusher.connection, 'connected');
  const page = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
  await until(async () => /<dt>Client reports<\/dt><dd>1</.test(await page()), 'a report is counted');
  assert.match(await page(), /<dt>Of unknown apps<\/dt><dd>0</);
});
