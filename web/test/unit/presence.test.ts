// Presence channels and their members.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import type { Channel, Member, PusherInstance } from '../support/surface';

const ANSWER = JSON.stringify({ auth: 'key:sig', channel_data: '{"user_id":"ann","user_info":{"name":"Ann"}}' });
const ROSTER = {
  presence: { count: 2, ids: ['ann', 'bob'], hash: { ann: { name: 'Ann' }, bob: { name: 'Bob' } } },
};

describe('presence', () => {
  const sandbox = useSandbox();
  let pusher: PusherInstance;
  let room: Channel;

  const listed = () => {
    const members: Member[] = [];
    room.members.each((member) => members.push(member));
    return members;
  };

  beforeEach(async () => {
    pusher = await sandbox.connected();
    room = pusher.subscribe('presence-room');
    await sandbox.tick();
    sandbox.request.respond(200, ANSWER);
    await sandbox.tick();
  });

  const joined = () => sandbox.socket.receive('pusher_internal:subscription_succeeded', ROSTER, 'presence-room');

  it('sends the signature with the data of the user', () => {
    assert.deepEqual(sandbox.socket.framesOf('pusher:subscribe'), [
      {
        event: 'pusher:subscribe',
        data: { auth: 'key:sig', channel_data: '{"user_id":"ann","user_info":{"name":"Ann"}}', channel: 'presence-room' },
      },
    ]);
  });

  it('gives the members when it is subscribed', () => {
    const succeeded = recorder();
    room.bind('pusher:subscription_succeeded', succeeded);
    joined();
    assert.strictEqual(succeeded.calls[0]?.[0], room.members);
    assert.equal(room.members.count, 2);
    assert.equal(room.members.myID, 'ann');
    assert.deepEqual(room.members.me, { id: 'ann', info: { name: 'Ann' } });
    assert.deepEqual(room.members.get('bob'), { id: 'bob', info: { name: 'Bob' } });
    assert.isNull(room.members.get('carl'));
    assert.isNull(room.members.get('constructor'));
    assert.deepEqual(room.members.members, { ann: { name: 'Ann' }, bob: { name: 'Bob' } });
    assert.deepEqual(listed(), [
      { id: 'ann', info: { name: 'Ann' } },
      { id: 'bob', info: { name: 'Bob' } },
    ]);
  });

  it('tells who comes and goes', () => {
    const [added, removed, onClient] = [recorder(), recorder(), recorder()];
    room.bind('pusher:member_added', added).bind('pusher:member_removed', removed);
    pusher.bind('pusher:member_added', onClient);
    joined();
    sandbox.socket.receive('pusher_internal:member_added', { user_id: 'carl', user_info: { n: 3 } }, 'presence-room');
    assert.deepEqual(added.calls[0]?.[0], { id: 'carl', info: { n: 3 } });
    assert.equal(room.members.count, 3);
    sandbox.socket.receive('pusher_internal:member_removed', { user_id: 'bob' }, 'presence-room');
    assert.deepEqual(removed.calls[0]?.[0], { id: 'bob', info: { name: 'Bob' } });
    assert.deepEqual(listed().map(({ id }) => id), ['ann', 'carl']);
    assert.lengthOf(onClient.calls, 0, 'internal events are the channel\'s');
  });

  it('the same member again changes the info only, and an unknown one does not leave', () => {
    const [added, removed] = [recorder(), recorder()];
    room.bind('pusher:member_added', added).bind('pusher:member_removed', removed);
    joined();
    sandbox.socket.receive('pusher_internal:member_added', { user_id: 'bob', user_info: { n: 2 } }, 'presence-room');
    assert.equal(room.members.count, 2);
    assert.deepEqual(room.members.get('bob'), { id: 'bob', info: { n: 2 } });
    assert.lengthOf(added.calls, 1);
    sandbox.socket.receive('pusher_internal:member_removed', { user_id: 'dora' }, 'presence-room');
    assert.lengthOf(removed.calls, 0);
  });

  it('says whose event it is', () => {
    const [onChannel, onClient] = [recorder(), recorder()];
    joined();
    room.bind('client-said', onChannel);
    pusher.bind('client-said', onClient);
    sandbox.socket.receive('client-said', { t: 'hi' }, 'presence-room', { user_id: 'bob' });
    assert.deepEqual(onChannel.calls, [[{ t: 'hi' }, { user_id: 'bob' }]]);
    assert.deepEqual(onClient.calls, [[{ t: 'hi' }]]);
  });

  it('is empty without a connection, and the same object afterwards', async () => {
    joined();
    const { members } = room;
    sandbox.socket.end(1006, '', false);
    await sandbox.tick(1_010);
    assert.strictEqual(room.members, members);
    assert.equal(members.count, 0);
    assert.isNull(members.me);
    assert.deepEqual(listed(), []);
  });

  it('keeps the type of one\'s own id', async () => {
    const other = pusher.subscribe('presence-other');
    await sandbox.tick();
    sandbox.request.respond(200, JSON.stringify({ auth: 'key:sig', channel_data: '{"user_id":7}' }));
    await sandbox.tick();
    const roster = { presence: { count: 2, hash: { 7: null, 12: { n: 12 } } } };
    sandbox.socket.receive('pusher_internal:subscription_succeeded', roster, 'presence-other');
    assert.strictEqual(other.members.me?.id, 7);
    assert.deepEqual(other.members.get(12), { id: 12, info: { n: 12 } });
    const ids: unknown[] = [];
    other.members.each(({ id }) => ids.push(id));
    assert.deepEqual(ids.map(String).sort(), ['12', '7']);
  });

  it('an answer without the data of the user is an error', async () => {
    const other = pusher.subscribe('presence-other');
    const failed = recorder();
    other.bind('pusher:subscription_error', failed);
    await sandbox.tick();
    sandbox.request.respond(200, '{"auth":"key:sig"}');
    await sandbox.tick();
    assert.propertyVal(failed.calls[0]?.[0], 'type', 'AuthError');
  });
});
