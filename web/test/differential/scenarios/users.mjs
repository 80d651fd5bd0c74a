// Signing in, the channel of a user, the watchlist (statements 86 to 88).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const answer = (t, data = '{"id":"u1","name":"U"}') =>
  t.network(() => t.request.respond(200, JSON.stringify({ auth: 'KEY:user', user_data: data, more: 1 })));
const welcome = (t, data = '{"id":"u1","name":"U"}') =>
  t.message('pusher:signin_success', { user_data: data });

async function signedIn(t) {
  const client = await t.connected();
  await t.call('signin', () => client.signin());
  await answer(t);
  await welcome(t);
  return client;
}

export default [
  scenario([86, 87], 'signing in', async (t) => {
    const client = await t.connected();
    t.bindGlobal(client.user);
    await t.call('signin', () => client.signin());
    await t.call('signin', () => client.signin());
    t.fact('one request', t.requests.length === 1 && t.request.url === '/pusher/user-auth');
    t.fact('body', t.request.body === 'socket_id=123.456');
    await answer(t);
    t.fact(
      'frame',
      t.frames[0] ===
        '{"event":"pusher:signin","data":{"auth":"KEY:user","user_data":"{\\"id\\":\\"u1\\",\\"name\\":\\"U\\"}"}}',
    );
    await welcome(t);
    await t.call('user_data', () => client.user.user_data);
    t.fact('user_data', same(t.returned('user_data').value, { id: 'u1', name: 'U' }));
    t.fact(
      'hidden channel',
      t.frames[1] === '{"event":"pusher:subscribe","data":{"auth":"","channel":"#server-to-user-u1"}}',
    );
    t.fact('it is not listed', client.allChannels().length === 0);
    await t.message('pusher_internal:subscription_succeeded', {}, '#server-to-user-u1');
    t.step('events of the user');
    t.bind(client.user, 'hello', { label: 'user hello' });
    t.bind(client, 'hello', { label: 'pusher hello' });
    await t.message('hello', { a: 1 }, '#server-to-user-u1');
    t.fact('both', same(t.heard('user hello'), [[{ a: 1 }]]) && t.heard('pusher hello').length === 1);
    await t.message('nobody listens', 0, '#server-to-user-u1');
    await t.message('pusher:odd', 1, '#server-to-user-u1');
  }),

  scenario([86], 'signing in again after a new connection', async (t) => {
    const client = await signedIn(t);
    await t.subscribe('private-x');
    await t.server.authorize();
    await t.wait(5000);
    await t.drop();
    await t.wait(1000);
    await t.call('user_data', () => client.user.user_data);
    await t.accept({ id: '9.9' });
    t.fact(
      'before the channels',
      t.requests[2].url === '/pusher/user-auth' && t.requests[3].url === '/pusher/auth',
    );
    await t.network(() =>
      t.requests[2].respond(200, '{"auth":"KEY:user","user_data":"{\\"id\\":\\"u1\\"}"}'),
    );
    await welcome(t);
    await t.call('user_data', () => client.user.user_data);
  }),

  scenario([86], 'signing in before the connection', async (t) => {
    const client = await t.create();
    await t.call('signin', () => client.signin());
    t.fact('it waits', t.requests.length === 0);
    await t.subscribe('private-x');
    await t.accept();
    t.fact('first', t.requests[0].url === '/pusher/user-auth');
  }),

  scenario([88], 'a failed sign-in', async (t) => {
    const client = await t.connected();
    t.bind(client.user, 'pusher:signin_error', { label: 'signin_error' });
    await t.call('signin', () => client.signin());
    await t.network(() => t.request.respond(403, 'no'));
    t.fact(
      'error',
      t.heard('signin_error')[0]?.[0].type === 'AuthError' && t.heard('signin_error')[0][0].status === 403,
    );
    t.step('again');
    await t.call('signin', () => client.signin());
    t.fact('nothing', t.requests.length === 1);
    await t.wait(5000);
    await t.drop();
    await t.wait(1000);
    await t.accept();
    t.fact('by itself', t.requests.length === 2);
  }),

  ...['nonsense', '{"id":7}', '{"id":""}', '{}'].map((data) =>
    scenario([88], `user data ${data}`, async (t) => {
      const client = await t.connected();
      await t.call('signin', () => client.signin());
      await answer(t);
      await welcome(t, data);
      await t.call('user_data', () => client.user.user_data);
      t.fact('no hidden channel', t.frames.length === 1);
    }),
  ),

  scenario([], 'userAuthentication', async (t) => {
    const userAuthentication = {
      endpoint: '/own',
      transport: 'ajax',
      params: { a: 1 },
      headers: { B: '2' },
      paramsProvider: () => ({ c: 3 }),
    };
    const client = await t.connected({ cluster: 'eu', userAuthentication });
    await t.call('signin', () => client.signin());
    t.fact('body', t.request.body === 'socket_id=123.456&a=1&c=3' && t.request.url === '/own');
  }),

  scenario([], 'userAuthentication by a handler', async (t) => {
    const customHandler = (params, done) => {
      t.trace.add('event', { handler: 'customHandler', args: [params] });
      done(null, { auth: 'KEY:own', user_data: '{"id":"o"}' });
    };
    const client = await t.connected({
      cluster: 'eu',
      userAuthentication: { customHandler, endpoint: '/a', transport: 'ajax' },
    });
    await t.call('signin', () => client.signin());
    t.fact('asked', same(t.heard('customHandler'), [[{ socketId: '123.456' }]]) && t.frames.length === 1);
  }),

  scenario([], 'the watchlist', async (t) => {
    const client = await signedIn(t);
    t.bind(client.user.watchlist, 'online', { label: 'online' });
    t.bindGlobal(client.user.watchlist);
    const events = [
      { name: 'online', user_ids: ['a', 'b'] },
      { name: 'offline', user_ids: ['c'] },
    ];
    await t.message('pusher_internal:watchlist_events', { events });
    t.fact('whole', same(t.heard('online'), [[{ name: 'online', user_ids: ['a', 'b'] }]]));
  }),

  scenario([], 'a presence channel of a user who is signed in', async (t) => {
    await signedIn(t);
    const channel = await t.subscribe('presence-x', {
      bind: ['pusher:subscription_succeeded', 'pusher:subscription_error'],
    });
    await t.server.authorize();
    t.fact('without channel_data', t.frames.at(-1).includes('"channel":"presence-x"'));
    await t.succeed('presence-x', { presence: { count: 1, ids: ['u1'], hash: { u1: null } } });
    await t.call('me', () => channel.members.me);
    t.fact('me', t.returned('me').value.id === 'u1');
  }),
];
