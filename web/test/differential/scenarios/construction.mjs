// What the constructor takes and refuses, and the statics (statements 1 to 13).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const threw = (t, what) => same(t.returned('new Pusher')?.threw, what);
const ENDPOINT = '/own/auth';

export default [
  scenario([1], 'a key is needed, an empty one is one', async (t) => {
    for (const key of [null, undefined]) {
      t.step(`key ${key}`);
      await t.create(key, { cluster: 'eu' });
      t.fact('it throws', threw(t, 'You must pass your app key when you instantiate Pusher.'));
    }
    t.step('empty key');
    await t.create('', { cluster: 'eu' });
    t.fact('it does not throw', t.returned('new Pusher').value?.startsWith('<pusher'));
    t.fact('the key is in the path', t.opened[0].includes('/app/?protocol=7'));
    t.step('number');
    await t.create(42, { cluster: 'eu' });
    t.fact('a number is a key', t.opened[1].includes('/app/42?'));
  }),

  scenario([2, 3], 'options are needed', async (t) => {
    t.step('no options');
    await t.create('KEY', null);
    t.fact('it throws', threw(t, 'You must pass an options object'));
    t.step('no cluster');
    await t.create('KEY', {});
    t.fact('it throws', threw(t, 'Options object must provide a cluster'));
    t.step('neither');
    await t.create(null, null);
    t.fact('the key comes first', threw(t, 'You must pass your app key when you instantiate Pusher.'));
  }),

  scenario([4], 'an empty cluster', async (t) => {
    await t.create('KEY', { cluster: '', enabledTransports: ['ws', 'xhr_polling'], forceTLS: false });
    t.fact('host', t.opened[0].startsWith('ws://ws-.pusher.com:80/'));
    await t.wait(5000);
    t.fact('HTTP host', t.sent[0].url.startsWith('http://sockjs.pusher.com:80/'));
  }),

  scenario([5], 'wsHost wins over the cluster', async (t) => {
    await t.create('KEY', { cluster: 'eu', wsHost: 'ws.example', httpHost: 'http.example' });
    t.fact('host', t.opened[0].startsWith('wss://ws.example:443/'));
    await t.wait(2000);
    t.fact('HTTP host', t.sent[0].url.startsWith('https://http.example:443/'));
  }),

  scenario([5], 'wsHost without a cluster', async (t) => {
    await t.create('KEY', { wsHost: 'ws.example' });
    t.fact('it throws', threw(t, 'Options object must provide a cluster'));
  }),

  ...[0, null, undefined, '', true, false].map((forceTLS) =>
    scenario([7], `forceTLS ${JSON.stringify(forceTLS)}`, async (t) => {
      const client = await t.create('KEY', { cluster: 'eu', forceTLS });
      const tls = forceTLS !== false;
      t.fact(
        'scheme',
        t.opened[0].startsWith(tls ? 'wss://ws-eu.pusher.com:443' : 'ws://ws-eu.pusher.com:80'),
      );
      await t.call('shouldUseTLS', () => client.shouldUseTLS());
      t.fact('shouldUseTLS', t.returned('shouldUseTLS').value === tls);
    }),
  ),

  scenario([7], 'encrypted is not read', async (t) => {
    await t.create('KEY', { cluster: 'eu', encrypted: false });
    t.fact('TLS', t.opened[0].startsWith('wss:'));
  }),

  scenario([7], 'a page over TLS', { protocol: 'https:' }, async (t) => {
    await t.create('KEY', { cluster: 'eu', forceTLS: false });
    t.fact('TLS', t.opened[0].startsWith('wss:'));
  }),

  ...['activityTimeout', 'pongTimeout', 'unavailableTimeout'].map((option) =>
    scenario([8], `${option} 0 is the default`, async (t) => {
      await t.connected({ cluster: 'eu', [option]: 0 }, { timeout: 200 });
      await t.wait(119999);
      t.fact('no ping', t.frames.length === 0);
      await t.wait(1);
      t.fact('ping', t.frames.length === 1);
      await t.wait(29999);
      t.fact('the pong is waited for', t.sockets.length === 1);
    }),
  ),

  scenario([9], 'unknown authorization transports', async (t) => {
    const unknown = { transport: 'pigeon', endpoint: ENDPOINT };
    t.step('channels');
    await t.create('KEY', { cluster: 'eu', channelAuthorization: unknown });
    t.fact('it throws', threw(t, "'pigeon' is not a recognized auth transport"));
    t.step('users');
    await t.create('KEY', { cluster: 'eu', userAuthentication: unknown });
    t.fact('it throws', threw(t, "'pigeon' is not a recognized auth transport"));
    t.step('the old option');
    await t.create('KEY', { cluster: 'eu', authTransport: 'pigeon' });
    t.fact('it throws', threw(t, "'pigeon' is not a recognized auth transport"));
    t.step('not looked at');
    const customHandler = () => {};
    await t.create('KEY', { cluster: 'eu', channelAuthorization: { ...unknown, customHandler } });
    t.fact('it does not throw', t.returned('new Pusher').value?.startsWith('<pusher'));
  }),

  scenario([11], 'channelAuthorization puts the old options aside', async (t) => {
    const authorizer = () => t.fact('it is not asked', false);
    await t.connected({
      cluster: 'eu',
      channelAuthorization: { endpoint: ENDPOINT, transport: 'ajax' },
      authEndpoint: '/old',
      authTransport: 'jsonp',
      auth: { params: { a: 1 }, headers: { B: '2' } },
      authorizer,
    });
    await t.subscribe('private-x');
    t.fact('endpoint', t.request.url === ENDPOINT);
    t.fact('no params', t.request.body === 'socket_id=123.456&channel_name=private-x');
    t.fact('no headers', t.request.headers.length === 1);
  }),

  scenario([11], 'channelAuthorization: undefined', async (t) => {
    await t.connected({ cluster: 'eu', channelAuthorization: undefined, authEndpoint: '/old' });
    await t.subscribe('private-x');
    t.fact('the request is made', t.requests.length === 1);
  }),

  scenario([12], 'the authorizer is made for each attempt', async (t) => {
    const asked = [];
    const authorizer = (channel, options) => {
      t.trace.add('event', { handler: 'authorizer', args: [channel, options] });
      asked.push(channel.name);
      return { authorize: (id, done) => done(null, { auth: `KEY:${id}` }) };
    };
    await t.connected({ cluster: 'eu', authorizer, auth: { params: { a: 1 }, headers: { B: '2' } } });
    await t.subscribe('private-x');
    t.fact('frame', t.frames[0].includes('"auth":"KEY:123.456"'));
    const [channel, options] = t.heard('authorizer')[0];
    t.fact('channel', channel === '<channel private-x>' || channel === '<object>');
    t.fact(
      'options',
      same(options, {
        auth: { headers: { B: '2' }, params: { a: 1 } },
        authEndpoint: '/pusher/auth',
        authTransport: 'ajax',
      }),
    );
    await t.drop();
    await t.wait(1000);
    await t.accept();
    t.fact('asked again', asked.length === 2);
  }),

  ...[true, false, undefined].map((value) =>
    scenario([13], `disableStats ${value}`, async (t) => {
      await t.connected({ cluster: 'eu', disableStats: value });
      t.fact(
        'warning',
        t.logs.some((line) => line.includes('The disableStats option is deprecated in favor of')),
      );
      t.fact('stats', t.page.scripts.length === (value ? 0 : 1));
    }),
  ),

  scenario([13], 'enableStats wins', async (t) => {
    await t.connected({ cluster: 'eu', disableStats: false, enableStats: false });
    t.fact('no stats', t.page.scripts.length === 0);
  }),

  scenario([], 'falsy options are defaults', async (t) => {
    await t.create('KEY', {
      cluster: 'eu',
      wsHost: '',
      wsPort: 0,
      wssPort: null,
      wsPath: '',
      httpHost: undefined,
      httpPort: 0,
      httpPath: '',
      statsHost: '',
      activityTimeout: null,
      timelineParams: null,
      enabledTransports: null,
      disabledTransports: undefined,
    });
    t.fact('defaults', t.opened[0].startsWith('wss://ws-eu.pusher.com:443/app/KEY?'));
    await t.wait(2000);
    t.fact('defaults', t.sent[0].url.startsWith('https://sockjs-eu.pusher.com:443/pusher/app/KEY/'));
  }),

  scenario([], 'instances, isReady, ready', async (t) => {
    const { Pusher } = t;
    await t.call('isReady', () => Pusher.isReady);
    const client = await t.create();
    await t.call('instances', () => Pusher.instances.length);
    t.fact('one', Pusher.instances.length === 1 && Pusher.instances[0] === client);
    await t.call('disconnect', () => client.disconnect());
    t.step('ready');
    await t.call('ready', () => Pusher.ready());
    t.fact('it connects what was disconnected', t.sockets.length === 2);
    await t.create('OTHER', { cluster: 'eu' });
    await t.call('instances', () => Pusher.instances.length);
    t.fact('two', Pusher.instances.length === 2);
    const types = ['logToConsole', 'auth_callbacks', 'ScriptReceivers', 'DependenciesReceivers', 'Runtime'];
    for (const name of types) {
      await t.call(`typeof ${name}`, () => typeof Pusher[name]);
    }
  }),
];
