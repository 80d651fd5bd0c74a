// Signing in, what the server sends to a user, watchlists.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import type { PusherInstance } from '../support/surface';

const USER = '{"id":"ann","user_info":{"name":"Ann"}}';

describe('users', () => {
  const sandbox = useSandbox();
  const signins = () => sandbox.socket.framesOf('pusher:signin');

  async function signedIn(): Promise<PusherInstance> {
    const pusher = await sandbox.connected();
    pusher.signin();
    await sandbox.tick();
    sandbox.request.respond(200, JSON.stringify({ auth: 'key:sig', user_data: USER, more: 1 }));
    await sandbox.tick();
    sandbox.socket.receive('pusher:signin_success', { user_data: USER });
    await sandbox.tick();
    return pusher;
  }

  it('signin asks the endpoint and sends what comes back', async () => {
    const pusher = await sandbox.connected();
    pusher.signin();
    pusher.signin();
    await sandbox.tick();
    assert.lengthOf(sandbox.requests, 1);
    assert.match(sandbox.request.url, /\/pusher\/user-auth$/);
    assert.equal(sandbox.request.body, 'socket_id=1.2');
    sandbox.request.respond(200, JSON.stringify({ auth: 'key:sig', user_data: USER }));
    await sandbox.tick();
    assert.deepEqual(signins(), [{ event: 'pusher:signin', data: { auth: 'key:sig', user_data: USER } }]);
  });

  it('success makes the data known and the promise done', async () => {
    const pusher = await signedIn();
    assert.deepEqual(pusher.user.user_data, JSON.parse(USER));
    await pusher.user.signinDonePromise;
  });

  it('what the server sends to the user is told on user and on the client', async () => {
    const pusher = await signedIn();
    const [onUser, onClient] = [recorder(), recorder()];
    pusher.user.bind('hello', onUser);
    pusher.bind('hello', onClient);
    sandbox.socket.receive('hello', { n: 1 }, '#server-to-user-ann');
    assert.deepEqual(onUser.calls, [[{ n: 1 }]]);
    assert.deepEqual(onClient.calls, [[{ n: 1 }]]);
    assert.deepEqual(pusher.allChannels(), []);
  });

  it('subscribes the user\'s own channel', async () => {
    await signedIn();
    assert.deepEqual(sandbox.socket.framesOf('pusher:subscribe'), [
      { event: 'pusher:subscribe', data: { auth: '', channel: '#server-to-user-ann' } },
    ]);
  });

  it('signs in anew after a reconnect, before anything is subscribed', async () => {
    const pusher = await signedIn();
    pusher.subscribe('news');
    sandbox.socket.end(1006, '', false);
    await sandbox.tick(1_010);
    assert.isNull(pusher.user.user_data);
    await sandbox.establish('3.4');
    assert.lengthOf(sandbox.requests, 2);
    assert.equal(sandbox.request.body, 'socket_id=3.4');
  });

  it('a refusal is told as pusher:signin_error, and the promise is done', async () => {
    const pusher = await sandbox.connected();
    const failed = recorder();
    pusher.user.bind('pusher:signin_error', failed);
    pusher.signin();
    await sandbox.tick();
    sandbox.request.respond(403);
    await sandbox.tick();
    const error = failed.calls[0]?.[0] as Record<string, unknown>;
    assert.propertyVal(error, 'type', 'AuthError');
    assert.propertyVal(error, 'status', 403);
    await pusher.user.signinDonePromise;
    assert.isNull(pusher.user.user_data);
  });

  it('a handler of one\'s own', async () => {
    const seen: unknown[] = [];
    const customHandler = (params: unknown, callback: (error: unknown, data: unknown) => void) => {
      seen.push(params);
      callback(null, { auth: 'key:own', user_data: USER });
    };
    const pusher = await sandbox.connected({ userAuthentication: { customHandler } });
    pusher.signin();
    await sandbox.tick();
    assert.deepEqual(seen, [{ socketId: '1.2' }]);
    assert.propertyVal(signins()[0]?.data, 'auth', 'key:own');
  });

  it('the watchlist tells who is online', async () => {
    const pusher = await signedIn();
    const [online, offline] = [recorder(), recorder()];
    pusher.user.watchlist.bind('online', online).bind('offline', offline);
    const events = [
      { name: 'online', user_ids: ['bob', 'carl'] },
      { name: 'offline', user_ids: ['dora'] },
    ];
    sandbox.socket.receive('pusher_internal:watchlist_events', { events });
    assert.deepEqual(online.calls[0]?.[0], events[0]);
    assert.deepEqual(offline.calls[0]?.[0], events[1]);
  });

  it('presence without data of its own takes the user who signed in', async () => {
    const pusher = await signedIn();
    const room = pusher.subscribe('presence-room');
    await sandbox.tick();
    sandbox.request.respond(200, '{"auth":"key:sig"}');
    await sandbox.tick();
    const roster = { presence: { count: 1, hash: { ann: { name: 'Ann' } } } };
    sandbox.socket.receive('pusher_internal:subscription_succeeded', roster, 'presence-room');
    assert.deepEqual(room.members.me, { id: 'ann', info: { name: 'Ann' } });
  });
});
