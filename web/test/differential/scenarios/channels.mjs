// Channels: subscribing, leaving, triggering, counting (statements 66 to 73, 79 to 83).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const RESULTS = ['pusher:subscription_succeeded', 'pusher:subscription_error'];
const subscribes = (t, name = 'news') =>
  t.frames.filter((text) => text.includes('pusher:subscribe') && text.includes(`"${name}"`)).length;
const all = (t) => t.client.allChannels().map((channel) => channel.name);

export default [
  scenario([66, 67], 'subscribe twice', async (t) => {
    const client = await t.connected();
    const first = await t.subscribe('news', { bind: RESULTS });
    const second = await t.subscribe('news');
    t.fact('one channel', first === second);
    t.fact('one frame', same(t.frames, ['{"event":"pusher:subscribe","data":{"auth":"","channel":"news"}}']));
    await t.succeed('news');
    await t.subscribe('news');
    t.fact('no further one', t.frames.length === 1);
    await t.call('channel', () => client.channel('news'));
    await t.call('channel', () => client.channel('other'));
    t.fact('undefined', t.returned('channel').value === '<undefined>');
  }),

  scenario([66], 'subscribe before the connection', async (t) => {
    await t.create();
    await t.subscribe('news', { bind: RESULTS });
    await t.subscribe('12');
    await t.subscribe('other');
    t.fact('nothing is sent', t.frames.length === 0);
    await t.accept();
    t.fact('then all', t.frames.length === 3);
    t.fact('integer-like names first', same(all(t), ['12', 'news', 'other']));
    await t.succeed('news', { odd: true });
    t.fact('data', same(t.heard('channel news pusher:subscription_succeeded'), [[{ odd: true }]]));
  }),

  scenario([68], 'unsubscribe before the answer', async (t) => {
    await t.connected();
    await t.subscribe('news', { bind: RESULTS });
    await t.unsubscribe('news');
    t.fact('only marked', t.frames.length === 1 && same(all(t), ['news']));
    await t.succeed('news');
    t.fact('left', t.frames[1] === '{"event":"pusher:unsubscribe","data":{"channel":"news"}}');
    t.fact(
      'no success',
      t.heard('channel news pusher:subscription_succeeded').length === 0 && all(t).length === 0,
    );
  }),

  scenario([68], 'unsubscribe, then subscribe before the answer', async (t) => {
    await t.connected();
    const channel = await t.subscribe('news', { bind: RESULTS });
    await t.unsubscribe('news');
    const again = await t.subscribe('news');
    t.fact('the same', channel === again);
    await t.succeed('news');
    t.fact(
      'success',
      t.heard('channel news pusher:subscription_succeeded').length === 1 && t.frames.length === 1,
    );
  }),

  scenario([69], 'unsubscribe before the answer, then a new connection', async (t) => {
    await t.connected();
    await t.subscribe('news');
    await t.unsubscribe('news');
    await t.wait(2000);
    await t.drop();
    await t.wait(1000);
    t.step('again');
    await t.accept();
    t.fact('it is back', subscribes(t) === 2);
    t.instead('it is gone', subscribes(t) === 1 && all(t).length === 0);
  }),

  scenario([70], 'unsubscribe while it is authorized, which fails', async (t) => {
    await t.connected();
    await t.subscribe('private-x', { bind: RESULTS });
    await t.unsubscribe('private-x');
    t.step('answer');
    await t.network(() => t.request.respond(403, 'no'));
    t.fact('it stays', same(all(t), ['private-x']));
    t.instead('it is gone', all(t).length === 0 && t.frames.length === 0);
    await t.unsubscribe('private-x');
    t.fact('gone', all(t).length === 0 && t.frames.length === 0);
  }),

  scenario([70], 'unsubscribe while it is authorized, which succeeds', async (t) => {
    await t.connected();
    await t.subscribe('private-x', { bind: RESULTS });
    await t.unsubscribe('private-x');
    t.step('answer');
    await t.server.authorize();
    t.fact('it is subscribed', subscribes(t, 'private-x') === 1);
    t.instead('it is gone', all(t).length === 0 && t.frames.length === 0);
  }),

  scenario([71], 'unsubscribe what is not there', async (t) => {
    const client = await t.connected();
    await t.unsubscribe('news');
    t.fact('undefined', t.returned('unsubscribe news').value === '<undefined>' && t.frames.length === 0);
    await t.call('disconnect', () => client.disconnect());
    await t.unsubscribe('news');
  }),

  scenario([71], 'unsubscribe what is subscribed', async (t) => {
    await t.connected();
    const channel = await t.subscribe('news', { bind: ['x'] });
    await t.succeed('news');
    await t.unsubscribe('news');
    t.fact(
      'sent',
      t.frames[1] === '{"event":"pusher:unsubscribe","data":{"channel":"news"}}' && all(t).length === 0,
    );
    await t.message('x', 1, 'news');
    t.fact('nothing comes', t.heard('channel news x').length === 0);
    t.step('again');
    const again = await t.subscribe('news');
    t.fact('a new object', again !== channel);
    await t.succeed('news');
    await t.message('x', 1, 'news');
    t.fact('without the handlers', t.heard('channel news x').length === 0);
  }),

  scenario([71], 'unsubscribe without a connection', async (t) => {
    const client = await t.create();
    await t.subscribe('news');
    await t.unsubscribe('news');
    t.fact('gone', all(t).length === 0);
    await t.accept();
    t.fact('nothing is sent', t.frames.length === 0);
    await t.subscribe('news');
    await t.succeed('news');
    await t.call('disconnect', () => client.disconnect());
    await t.unsubscribe('news');
    await t.call('connect', () => client.connect());
    await t.accept();
    t.fact('not again', subscribes(t) === 1);
  }),

  scenario([72], 'an authorization that comes after a new connection', async (t) => {
    await t.connected();
    await t.subscribe('private-x', { bind: RESULTS });
    await t.wait(2000);
    await t.drop();
    await t.wait(1000);
    await t.accept({ id: '9.9' });
    t.fact('a second request', t.requests.length === 2);
    t.step('stale');
    await t.server.authorize(t.requests[0]);
    t.fact('sent', subscribes(t, 'private-x') === 1);
    t.instead('not sent', subscribes(t, 'private-x') === 0);
    t.step('fresh');
    await t.server.authorize(t.requests[1]);
    t.fact('two frames', subscribes(t, 'private-x') === 2);
  }),

  scenario([73], 'the server refuses', async (t) => {
    await t.connected();
    const channel = await t.subscribe('news', { bind: RESULTS });
    await t.message('pusher:subscription_error', { type: 'Odd', error: 'no', status: 400 }, 'news');
    t.fact('delivered', t.heard('channel news pusher:subscription_error').length === 1);
    t.fact('still pending', channel.subscriptionPending === true);
    t.instead('not pending', channel.subscriptionPending === false);
    t.step('subscribe again');
    await t.subscribe('news');
    t.fact('nothing', t.frames.length === 1);
    t.instead('tried again', t.frames.length === 2);
  }),

  scenario([79], 'channels are reset when the connection is lost', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('news');
    await t.succeed('news');
    await t.wait(5000);
    await t.drop();
    t.fact('not yet', channel.subscribed);
    await t.wait(1000);
    t.fact('now', !channel.subscribed);
    await t.accept();
    await t.succeed('news');
    await t.call('disconnect', () => client.disconnect());
    t.fact('at once', !channel.subscribed);
  }),

  scenario([80], 'subscription_count', async (t) => {
    await t.connected();
    const channel = await t.subscribe('news', { bind: ['pusher:subscription_count'] });
    await t.succeed('news');
    for (const count of [5, 0, 7, '9', null, undefined]) {
      t.step(`count ${count}`);
      await t.message('pusher_internal:subscription_count', { subscription_count: count }, 'news');
    }
    t.fact('each is delivered', t.heard('channel news pusher:subscription_count').length === 6);
    t.fact(
      '0 is not kept',
      t.trace.of('state').some((entry) => entry.what.subscriptionCount === 7),
    );
    t.fact('the client hears nothing', t.heard('pusher *').length === 0);
    await t.call('count', () => channel.subscriptionCount);
  }),

  scenario([81], 'user_id', async (t) => {
    await t.connected();
    await t.subscribe('private-x', { bind: ['client-y'] });
    await t.server.authorize();
    await t.succeed('private-x');
    await t.subscribe('presence-x', { bind: ['client-y', 'z'] });
    await t.server.authorize(t.request, { channel_data: '{"user_id":"1"}' });
    await t.succeed('presence-x', { presence: { count: 1, ids: ['1'], hash: { 1: null } } });
    for (const channel of ['private-x', 'presence-x']) {
      await t.message('client-y', { a: 1 }, channel, { user_id: '7' });
      await t.message('z', { a: 1 }, channel, { user_id: '7' });
      await t.message('client-y', { a: 1 }, channel);
    }
    t.fact('presence', same(t.heard('channel presence-x client-y')[0], [{ a: 1 }, { user_id: '7' }]));
    t.fact('private', same(t.heard('channel private-x client-y')[0], [{ a: 1 }, {}]));
  }),

  scenario([82], 'trigger', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('private-x');
    await t.call('too early', () => channel.trigger('client-y', { a: 1 }));
    t.fact('it is sent', t.returned('too early').value === true && t.frames.length === 1);
    t.fact(
      'with a warning',
      t.logs.some((line) => line.includes("Client event triggered before channel 'subscription_succeeded'")),
    );
    await t.server.authorize();
    await t.succeed('private-x');
    for (const [event, data] of [
      ['client-y', { a: 1 }],
      ['client-', null],
      ['client-y', undefined],
      ['client-y', 'text'],
    ]) {
      t.step(`${event} ${JSON.stringify(data)}`);
      await t.call('trigger', () => channel.trigger(event, data));
    }
    for (const event of ['y', '', 'Client-y', 'pusher:subscribe']) {
      t.step(`bad name ${event}`);
      await t.call('trigger', () => channel.trigger(event, {}));
      t.fact(
        'it throws',
        JSON.stringify(t.returned('trigger')).includes(`Event '${event}' does not start with 'client-'`),
      );
    }
    t.step('public');
    const news = await t.subscribe('news');
    await t.succeed('news');
    await t.call('trigger', () => news.trigger('client-y', {}));
    t.step('disconnected');
    await t.call('disconnect', () => client.disconnect());
    await t.call('trigger', () => channel.trigger('client-y', {}));
    t.fact('false', t.returned('trigger').value === false);
  }),

  scenario([83], 'names of channels', async (t) => {
    await t.connected();
    await t.subscribe('#x');
    t.fact(
      'it throws',
      JSON.stringify(t.returned('subscribe #x')).includes('Cannot create a channel with name \\"#x\\".'),
    );
    for (const name of [
      'cache-x',
      'private-cache-x',
      'presence-cache-x',
      'a_-=@,.;Z9',
      'constructor',
      '__proto__',
      'privatex',
    ]) {
      t.step(name);
      await t.subscribe(name, { bind: false });
    }
  }),

  scenario([], 'pusher:cache_miss', async (t) => {
    const client = await t.connected();
    await t.subscribe('cache-x', { bind: ['pusher:cache_miss'] });
    t.bind(client, 'pusher:cache_miss');
    await t.succeed('cache-x');
    await t.raw('{"event":"pusher:cache_miss","channel":"cache-x"}');
    t.fact(
      'both',
      t.heard('channel cache-x pusher:cache_miss').length === 1 &&
        t.heard('pusher pusher:cache_miss').length === 1,
    );
  }),

  scenario([], 'internal events of a channel', async (t) => {
    await t.connected();
    await t.subscribe('news', { bind: ['pusher_internal:odd'] });
    await t.succeed('news');
    await t.message('pusher_internal:odd', { a: 1 }, 'news');
    await t.message('pusher_internal:member_added', { user_id: '1' }, 'news');
    t.fact('they are swallowed', t.heard('channel news *').length === 1 && t.heard('pusher *').length === 0);
    await t.message('pusher:odd', { a: 1 }, 'news');
    t.fact('others are not', t.heard('channel news *').length === 2);
  }),

  scenario([], 'a private-encrypted channel without encryption', async (t) => {
    await t.connected();
    await t.subscribe('private-encrypted-x');
    t.fact('it throws', t.returned('subscribe private-encrypted-x').threw !== undefined);
  }),

  scenario([], 'subscribeAll', async (t) => {
    const client = await t.connected();
    await t.subscribe('one');
    await t.succeed('one');
    await t.call('subscribeAll', () => client.subscribeAll());
    await t.subscribe('two');
    await t.call('subscribeAll', () => client.subscribeAll());
  }),

  scenario([], 'a success that nobody waits for', async (t) => {
    await t.connected();
    await t.subscribe('news', { bind: RESULTS });
    await t.succeed('news');
    await t.succeed('news', { again: 1 });
    t.fact('delivered', t.heard('channel news pusher:subscription_succeeded').length === 2);
  }),
];
