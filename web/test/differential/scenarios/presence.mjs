// Presence channels and their members (statements 77 to 79).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';
import { Server } from '../server.mjs';

const EVENTS = [
  'pusher:subscription_succeeded',
  'pusher:subscription_error',
  'pusher:member_added',
  'pusher:member_removed',
];
const heard = (t, event) => t.heard(`channel presence-x pusher:${event}`);

async function joined(t, { me = '"5"', hash = { 5: { name: 'me' }, b: { name: 'bee' } }, count } = {}) {
  await t.connected();
  const channel = await t.subscribe('presence-x', { bind: EVENTS });
  await t.server.authorize(t.request, { channel_data: `{"user_id":${me},"user_info":{"name":"me"}}` });
  const data = Server.presence(hash);
  data.presence.count = count ?? data.presence.count;
  await t.succeed('presence-x', data);
  return channel;
}

export default [
  scenario([77], 'members', async (t) => {
    const channel = await joined(t, {
      me: '7',
      hash: { zoe: { a: 1 }, 10: null, 7: { name: 'me' }, amy: undefined },
    });
    const [[members]] = heard(t, 'subscription_succeeded');
    t.fact('a number stays one', same(members.me, { id: 7, info: { name: 'me' } }));
    t.fact(
      'integer-like ids first',
      same(
        members['<members>'].map((one) => one.id),
        ['7', '10', 'zoe'],
      ),
    );
    await t.call('get', () => channel.members.get('zoe'));
    await t.call('get', () => channel.members.get(7));
    await t.call('get', () => channel.members.get('nobody'));
    t.fact('null', t.returned('get').value === null);
    await t.call('get', () => channel.members.get('constructor'));
    await t.call('count', () => channel.members.count);
    await t.call('members', () => ({ ...channel.members.members }));
  }),

  scenario([77], 'members in alphabetical order', async (t) => {
    await joined(t, { me: '"b"', hash: { a: null, b: { name: 'me' }, c: { deep: [1, { x: null }] } } });
    t.fact(
      'order',
      same(
        heard(t, 'subscription_succeeded')[0][0]['<members>'].map((one) => one.id),
        ['a', 'b', 'c'],
      ),
    );
  }),

  scenario([78], 'members come and go', async (t) => {
    const channel = await joined(t);
    await t.message(
      'pusher_internal:member_added',
      { user_id: 'c', user_info: { name: 'sea' } },
      'presence-x',
    );
    t.fact('three', channel.members.count === 3);
    await t.message(
      'pusher_internal:member_added',
      { user_id: 'c', user_info: { name: 'ocean' } },
      'presence-x',
    );
    t.fact('three still', channel.members.count === 3 && heard(t, 'member_added').length === 2);
    await t.message('pusher_internal:member_added', { user_id: 'd' }, 'presence-x');
    await t.message('pusher_internal:member_removed', { user_id: 'c' }, 'presence-x');
    t.fact('last info', same(heard(t, 'member_removed'), [[{ id: 'c', info: { name: 'ocean' } }]]));
    await t.message('pusher_internal:member_removed', { user_id: 'nobody' }, 'presence-x');
    t.fact('unknown', heard(t, 'member_removed').length === 1);
    await t.message('pusher_internal:member_removed', { user_id: '5' }, 'presence-x');
    await t.call('me', () => channel.members.me);
    t.fact('nothing on the client', t.heard('pusher *').length === 0);
  }),

  scenario([78], 'ids that are numbers', async (t) => {
    const channel = await joined(t, { me: '5' });
    await t.message('pusher_internal:member_added', { user_id: 12, user_info: {} }, 'presence-x');
    await t.message('pusher_internal:member_removed', { user_id: 12 }, 'presence-x');
    await t.call('count', () => channel.members.count);
  }),

  scenario([78], 'a count that is not the number', async (t) => {
    const channel = await joined(t, { count: 9 });
    await t.call('count', () => channel.members.count);
    t.fact('it is trusted', t.returned('count').value === 9);
  }),

  scenario([79], 'members are forgotten', async (t) => {
    const channel = await joined(t);
    const { members } = channel;
    await t.wait(5000);
    await t.drop();
    t.fact('not yet', members.count === 2);
    await t.wait(1000);
    t.fact('empty', members.count === 0 && members.me === null && channel.members === members);
    await t.accept();
    await t.server.authorize(t.request, { channel_data: '{"user_id":"5"}' });
    await t.succeed('presence-x', Server.presence({ 5: null }));
    t.fact('filled', members.count === 1);
    await t.call('disconnect', () => t.client.disconnect());
    t.fact('empty', members.count === 0);
  }),

  ...['{"auth":"KEY:s"}', '{"auth":"KEY:s","channel_data":null}'].map((text) =>
    scenario([], `no channel_data: ${text}`, async (t) => {
      await t.connected();
      const channel = await t.subscribe('presence-x', { bind: EVENTS });
      await t.network(() => t.request.respond(200, text));
      t.fact(
        'error',
        heard(t, 'subscription_error')[0]?.[0].type === 'AuthError' && !channel.subscriptionPending,
      );
    }),
  ),

  scenario([], 'unsubscribe from a presence channel', async (t) => {
    await joined(t);
    await t.unsubscribe('presence-x');
    t.fact('sent', t.frames.at(-1) === '{"event":"pusher:unsubscribe","data":{"channel":"presence-x"}}');
  }),

  scenario([], 'members that arrive before the success', async (t) => {
    await t.connected();
    const channel = await t.subscribe('presence-x', { bind: EVENTS });
    await t.server.authorize(t.request, { channel_data: '{"user_id":"5"}' });
    await t.message('pusher_internal:member_added', { user_id: 'c', user_info: 1 }, 'presence-x');
    await t.succeed('presence-x', Server.presence({ 5: null }));
    await t.call('count', () => channel.members.count);
  }),
];
