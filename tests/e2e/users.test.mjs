// Users of `pusher serve`: the unmodified `pusher-js` signs in, the unmodified `pusher` SDK says who it is and
// reaches it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Pusher from 'pusher-js';

import { APP, serve } from './lib/servers.mjs';
import { application } from './lib/application.mjs';
import { authEndpoint } from './lib/auth_endpoint.mjs';
import { soon, until } from './lib/program.mjs';

// A server whose app has these settings; `hub` are the server's own.
async function serveWith(t, app = {}, hub = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-users-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pusher.json');
  const { appId: id, key, secret } = APP;
  writeFileSync(file, JSON.stringify({ ...hub, apps: [{ id, key, secret, ...app }] }));
  const { port } = await serve(t, ['--config', file]);
  return port;
}

// An endpoint that signs in everybody as that user and authorizes presence channels for the user itself.
function endpointOf(t, port, user) {
  const sdk = application(port);
  return authEndpoint(t, {
    answer: (form) => [200, JSON.stringify(form.channel_name
      ? sdk.authorizeChannel(form.socket_id, form.channel_name)
      : sdk.authenticateUser(form.socket_id, user))],
  });
}

// A client; ends with the test.
function client(t, port, endpoint, options = {}) {
  const through = endpoint && { endpoint: endpoint.url, transport: 'ajax' };
  const pusher = new Pusher(APP.key, {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    disableStats: true,
    ...(through && { userAuthentication: through, channelAuthorization: through }),
    ...options,
  });
  t.after(() => pusher.disconnect());
  return pusher;
}

// Resolves with the data of the next such event.
const next = (target, event) =>
  soon(
    new Promise((resolve) => {
      const handler = (data) => {
        target.unbind(event, handler);
        resolve(data);
      };
      target.bind(event, handler);
    }),
    event,
  );

// The server has confirmed the user's channel, which is the last step of signing in.
const isSubscribed = (pusher) => pusher.user.serverToUserChannel?.subscribed;

async function signedIn(t, port, user, options) {
  const pusher = client(t, port, await endpointOf(t, port, user), options);
  pusher.signin();
  await next(pusher, 'pusher:signin_success');
  await until(() => isSubscribed(pusher), `the channel of ${user.id}`);
  return pusher;
}

test('sendToUser reaches every connection of the user, and nobody else', async (t) => {
  const { port } = await serve(t);
  const sdk = application(port);
  const user = { id: 'ann', user_info: { name: 'Änn' } };
  const anns = [await signedIn(t, port, user), await signedIn(t, port, user)];
  const others = [await signedIn(t, port, { id: 'bob' }), client(t, port)];
  await until(() => others[1].connection.state === 'connected', 'a stranger is connected');
  assert.deepEqual(anns[0].user.user_data, user);
  for (const other of others) other.bind('hello', () => assert.fail('it was not for this one'));
  const hellos = anns.map((ann) => next(ann.user, 'hello'));
  await sdk.sendToUser('ann', 'hello', { n: 1 });
  assert.deepEqual(await Promise.all(hellos), [{ n: 1 }, { n: 1 }]);
  assert.deepEqual(await (await sdk.get({ path: '/channels' })).json(), { channels: {} });

  const last = others[0].user;
  const after = next(last, 'last');
  await sdk.sendToUser('nobody', 'hello', {});
  await sdk.sendToUser('bob', 'last', {});
  await after;
});

test('the publisher can be left out', async (t) => {
  const { port } = await serve(t);
  const [one, two] = [await signedIn(t, port, { id: 'ann' }), await signedIn(t, port, { id: 'ann' })];
  one.user.bind('hello', () => assert.fail('it was left out'));
  const hello = next(two.user, 'hello');
  const last = next(one.user, 'last');
  const body = { name: 'hello', data: '{}', channel: '#server-to-user-ann', socket_id: one.connection.socket_id };
  await application(port).post({ path: '/events', body });
  await application(port).sendToUser('ann', 'last', {});
  await Promise.all([hello, last]);
});

test('a user who is signed in joins presence channels as such', async (t) => {
  const { port } = await serve(t);
  const ann = await signedIn(t, port, { id: 'ann', user_info: { name: 'Ann' } });
  const bob = await signedIn(t, port, { id: 'bob' });
  const here = ann.subscribe('presence-room');
  await next(here, 'pusher:subscription_succeeded');
  assert.deepEqual(here.members.me, { id: 'ann', info: { name: 'Ann' } });
  const added = next(here, 'pusher:member_added');
  bob.subscribe('presence-room');
  assert.equal((await added).id, 'bob');
});

test('a signature of somebody else signs nobody in', async (t) => {
  const { port } = await serve(t);
  const sdk = application(port);
  const endpoint = await authEndpoint(t, {
    answer: () => [200, JSON.stringify(sdk.authenticateUser('1.2', { id: 'ann' }))],
  });
  const pusher = client(t, port, endpoint);
  const error = next(pusher.connection, 'error');
  pusher.signin();
  assert.equal((await error).data.code, 4009);
  await next(pusher.subscribe('public'), 'pusher:subscription_succeeded'); // as good as before
  assert.equal(isSubscribed(pusher), undefined);
});

test('terminateUserConnections ends those who signed in, and spares those who only say so', async (t) => {
  const { port } = await serve(t);
  const anns = [await signedIn(t, port, { id: 'ann' }), await signedIn(t, port, { id: 'ann' })];
  const bob = await signedIn(t, port, { id: 'bob' });
  const claims = client(t, port, await authEndpoint(t, { user: { user_id: 'ann' } }));
  const room = claims.subscribe('presence-room');
  await next(room, 'pusher:subscription_succeeded');
  const ends = anns.map((ann) => next(ann.connection, 'disconnected'));
  const errors = anns.map((ann) => next(ann.connection, 'error'));
  await application(port).terminateUserConnections('ann');
  await Promise.all(ends);
  for (const { data } of await Promise.all(errors)) {
    assert.equal(data.code, 4009);
    assert.equal(data.message, 'You got disconnected by the app.');
  }
  const event = next(room, 'e');
  await application(port).trigger('presence-room', 'e', {});
  await event;
  assert.equal(bob.connection.state, 'connected');
});

test('the watchlist tells who is online, who comes and who leaves', async (t) => {
  const port = await serveWith(t, {}, { watchlist_grace_ms: 100 });
  const bob = await signedIn(t, port, { id: 'bob' });
  const pusher = client(t, port, await endpointOf(t, port, { id: 'ann', watchlist: ['bob', 'carl'] }));
  const online = next(pusher.user.watchlist, 'online');
  const offline = next(pusher.user.watchlist, 'offline');
  pusher.signin();
  assert.deepEqual((await online).user_ids, ['bob']);
  assert.deepEqual((await offline).user_ids, ['carl']);

  const comes = next(pusher.user.watchlist, 'online');
  const carl = await signedIn(t, port, { id: 'carl' });
  assert.deepEqual((await comes).user_ids, ['carl']);
  const second = await signedIn(t, port, { id: 'carl' });
  const leaves = next(pusher.user.watchlist, 'offline');
  carl.disconnect(); // another connection of his goes on
  bob.disconnect();
  assert.deepEqual((await leaves).user_ids, ['bob']);
  const last = next(pusher.user.watchlist, 'offline');
  second.disconnect();
  assert.deepEqual((await last).user_ids, ['carl']);
});

test('a watchlist that is too long is cut, and the sign-in succeeds', async (t) => {
  const port = await serveWith(t, { max_watchlist: 2 });
  const pusher = client(t, port, await endpointOf(t, port, { id: 'ann', watchlist: ['x', 'y', 'z'] }));
  const error = next(pusher.connection, 'error');
  const offline = next(pusher.user.watchlist, 'offline');
  const success = next(pusher, 'pusher:signin_success');
  pusher.signin();
  await success;
  assert.equal((await error).data.code, 4302);
  assert.deepEqual((await offline).user_ids, ['x', 'y']);
});

test('strangers have to go where connections must be authorized', async (t) => {
  const port = await serveWith(t, { authorized_connections: true, authorization_timeout: 1 });
  const ann = await signedIn(t, port, { id: 'ann' });
  const member = client(t, port, await authEndpoint(t));
  await next(member.subscribe('private-a'), 'pusher:subscription_succeeded');
  const stranger = client(t, port);
  const error = next(stranger.connection, 'error');
  stranger.subscribe('public');
  await next(stranger.connection, 'disconnected');
  assert.equal((await error).data.code, 4009);
  assert.equal(ann.connection.state, 'connected'); // for longer than the stranger
  assert.equal(member.connection.state, 'connected');
});
