// The user who signs in: events for him, whom he watches, presence channels entered as him; through reconnects.
import { assert } from 'chai';

import {
  authenticate, connected, next, publish, sendToUser, subscribed, terminateUser, uniqueName, useClients, withRelay,
} from '../support/services';
import type { Options, PusherInstance } from '../support/surface';

type Callback = (error: unknown, data: unknown) => void;

// Options of a client whose program knows who the user is.
const signedInAs = (id: string, more: Record<string, unknown> = {}): Options => ({
  userAuthentication: {
    customHandler: ({ socketId }: { socketId: string }, callback: Callback) =>
      void authenticate(socketId, { id, ...more }).then((answer) => callback(null, answer), (error) => callback(error, null)),
  },
});

async function signedIn(pusher: PusherInstance): Promise<PusherInstance> {
  const success = next(pusher, 'pusher:signin_success');
  pusher.signin();
  await success;
  return pusher;
}

describe('users', () => {
  const clients = useClients();
  const user = (id: string, more?: Record<string, unknown>, options: Options = {}) =>
    signedIn(clients.make({ ...signedInAs(id, more), ...options }));

  it('events for a user reach each of his clients, and nobody else', async () => {
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    const [here, there, other] = [await user(ann, { user_info: { name: 'Ann' } }), await user(ann), await user(bob)];
    assert.deepEqual(here.user.user_data, { id: ann, user_info: { name: 'Ann' } });
    other.user.bind_global((name: string) => assert.equal(name, 'last'));
    const events = [here, there].map((pusher) => next(pusher.user, 'news'));
    await sendToUser(ann, 'news', { text: 'ä' });
    for (const event of events) assert.deepEqual(await event, [{ text: 'ä' }]);
    const last = next(other.user, 'last');
    await sendToUser(bob, 'last', 1);
    await last;
    assert.deepEqual(here.allChannels(), []);
  });

  it('a new connection is signed in again, and its channels are subscribed', () =>
    withRelay(async (relay) => {
      const ann = uniqueName('ann');
      const pusher = await user(ann, {}, { wsPort: relay.port });
      const room = await subscribed(pusher, uniqueName('private-room'));
      const seen: string[] = [];
      pusher.connection.bind('message', ({ event }: { event: string }) => seen.push(event));
      const again = next(pusher, 'pusher:signin_success');
      const back = next(room, 'pusher:subscription_succeeded');
      await relay.set('cut');
      await again;
      await back;
      const event = next(pusher.user, 'news');
      await sendToUser(ann, 'news', {});
      await event;
      assert.equal(seen.filter((name) => name === 'pusher:signin_success').length, 1);
    }));

  it('a signature that is wrong is refused, and the connection is as good as before', async () => {
    const wrong = { auth: `app-key:${'0'.repeat(64)}`, user_data: '{"id":"ann"}' };
    const customHandler = (_: unknown, callback: Callback) => callback(null, wrong);
    const pusher = await connected(clients.make({ userAuthentication: { customHandler } }));
    const refused = next(pusher, 'pusher:error');
    pusher.signin();
    const [error] = (await refused) as [Record<string, unknown>];
    assert.propertyVal(error, 'code', 4009);
    assert.isNull(pusher.user.user_data);
    const channel = await subscribed(pusher, uniqueName('news'));
    const event = next(channel, 'e');
    await publish(channel.name, 'e', 1);
    await event;
  });

  it('a presence channel is entered as the user', async () => {
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    const name = uniqueName('presence-room');
    const byProgram = (id: string): Options => ({
      channelAuthorization: {
        customHandler: ({ socketId, channelName }: { socketId: string; channelName: string }, callback: Callback) =>
          void authenticate(socketId, { id }, channelName).then((answer) => callback(null, answer)),
      },
    });
    const here = await subscribed(await user(ann, { user_info: { name: 'Ann' } }, byProgram(ann)), name);
    assert.deepEqual(here.members.me, { id: ann, info: { name: 'Ann' } });
    const added = next(here, 'pusher:member_added');
    await subscribed(await user(bob, {}, byProgram(bob)), name);
    assert.propertyVal((await added)[0] as object, 'id', bob);
  });

  it('who is watched comes and goes', async () => {
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    const watcher = clients.make(signedInAs(ann, { watchlist: [bob] }));
    const { watchlist } = watcher.user;
    const away = next(watchlist, 'offline');
    await signedIn(watcher);
    assert.deepEqual(await away, [{ name: 'offline', user_ids: [bob] }]);
    const there = next(watchlist, 'online');
    const watched = await user(bob);
    assert.deepEqual(await there, [{ name: 'online', user_ids: [bob] }]);
    const gone = next(watchlist, 'offline');
    watched.disconnect();
    assert.deepEqual(await gone, [{ name: 'offline', user_ids: [bob] }]);
  });

  it('an application ends the connections of a user for good', async () => {
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    const [here, other] = [await user(ann), await user(bob)];
    const ended = next(here.connection, 'disconnected');
    const refused = next(here.connection, 'error');
    await terminateUser(ann);
    await ended;
    assert.nestedPropertyVal((await refused)[0] as object, 'data.code', 4009);
    const event = next(other.user, 'news');
    await sendToUser(bob, 'news', {});
    await event;
  });
});
