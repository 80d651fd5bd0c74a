// The life of a connection: states, pings, the network, reconnects (statements 35 to 56, 59).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const state = (t) => t.client.connection.state;
const errors = (t) => t.heard('connection error').map(([error]) => error);
const PING = '{"event":"pusher:ping","data":{}}';
const PONG = '{"event":"pusher:pong","data":{}}';
const WS = { cluster: 'eu', enabledTransports: ['ws'] };

export default [
  scenario([35, 36], 'states and their events', async (t) => {
    const client = await t.create();
    t.fact('connecting', state(t) === 'connecting' && t.heard('connection connecting').length === 0);
    await t.wait(300);
    await t.accept();
    const handlers = t.trace.of('event').map((entry) => entry.what.handler);
    t.fact('order', same(handlers, ['connection state_change', 'connection connected']));
    await t.wait(2000);
    await t.drop();
    t.fact('connecting_in', same(t.heard('connection connecting_in'), [[1]]));
    await t.wait(1000);
    t.fact('connecting', t.heard('connection connecting').length === 1);
    await t.accept();
    await t.call('socket_id', () => client.connection.socket_id);
  }),

  scenario([37], 'connection_established on the client', async (t) => {
    const client = await t.create();
    t.bind(client, 'pusher:connection_established', { label: 'established' });
    await t.accept();
    t.fact('it is not delivered', t.heard('established').length === 0);
  }),

  scenario([47], 'the second before a reconnect', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('private-x');
    await t.server.authorize();
    await t.succeed('private-x');
    await t.wait(3000);
    await t.drop();
    t.fact('connected', state(t) === 'connected' && channel.subscribed);
    await t.call('send_event', () => client.send_event('client-x', {}, 'private-x'));
    t.fact('false', t.returned('send_event').value === false);
    await t.call('trigger', () => channel.trigger('client-x', {}));
    t.fact('false', t.returned('trigger').value === false);
    await t.call('socket_id', () => client.connection.socket_id);
    t.fact('socket id', t.returned('socket_id').value === '123.456');
    t.step('subscribe');
    await t.subscribe('news');
    t.step('again');
    await t.wait(1000);
    await t.accept();
    t.fact('then', t.frames.filter((text) => text.includes('news')).length === 1);
  }),

  ...[
    [120000, 30],
    [20000, 120],
    [undefined, 120],
    [undefined, 200],
  ].map(([option, server]) =>
    scenario([48, 49], `idle with option ${option} and ${server} of the server`, async (t) => {
      const options = { ...WS, ...(option && { activityTimeout: option }) };
      const client = await t.connected(options, { timeout: server });
      const idle = Math.min(option ?? 120000, server * 1000);
      await t.wait(idle - 1);
      await t.call('send_event', () => client.send_event('client-x', {}, 'private-x'));
      t.fact('no ping', t.frames.length === 1);
      await t.wait(1);
      t.fact('sending does not put it off', t.frames[1] === PING);
      await t.raw(PONG);
      await t.wait(idle - 1);
      await t.message('x', {}, 'news');
      await t.wait(idle - 1);
      t.fact('receiving does', t.frames.length === 2);
      await t.wait(1);
      t.fact('ping', t.frames.length === 3);
      t.step('no pong');
      await t.wait(29999);
      t.fact('waits', t.sockets.length === 1);
      await t.wait(1);
      t.fact('a new attempt at once', t.sockets.length === 2 && t.sockets[0].readyState >= 2);
      await t.accept();
    }),
  ),

  scenario([49], 'pongTimeout', async (t) => {
    await t.connected({ ...WS, activityTimeout: 5000, pongTimeout: 2000 });
    await t.wait(6999);
    t.fact('waits', t.sockets.length === 1);
    await t.wait(1);
    t.fact('gives up', t.sockets.length === 2);
  }),

  scenario([49, 55], 'a connection after one that gave no pong', async (t) => {
    await t.connected(WS, { timeout: 60 });
    await t.wait(90000);
    await t.accept({ timeout: 60 });
    t.step('idle');
    const frames = t.frames.length;
    await t.wait(59999);
    t.fact('it is pinged as before', t.frames.length === frames);
    t.instead('it is pinged sooner', t.frames.length === frames + 1);
    await t.wait(1);
  }),

  scenario([50], 'pings of the server', async (t) => {
    const client = await t.connected();
    t.bind(client, 'pusher:ping', { label: 'ping' });
    t.bind(client, 'pusher:pong', { label: 'pong' });
    await t.raw('{"event":"pusher:ping","data":{}}');
    t.fact('answered', same(t.frames, [PONG]));
    t.fact('delivered', t.heard('ping').length === 1);
    await t.raw('{"event":"pusher:ping"}');
    await t.raw('{"event":"pusher:ping","data":"{}"}');
    t.fact('each', t.frames.length === 3);
    await t.raw('{"event":"pusher:pong","data":{}}');
    t.fact('pong is delivered', t.heard('pong').length === 1);
  }),

  scenario([51], 'offline without an answer', async (t) => {
    await t.connected(WS);
    await t.wait(1000);
    await t.happens('offline');
    t.fact('a ping at once', same(t.frames, [PING]));
    await t.wait(29999);
    t.fact('it waits', t.sockets.length === 1);
    await t.wait(1);
    t.fact('a new attempt', t.sockets.length === 2);
  }),

  scenario([51], 'offline with an answer, online', async (t) => {
    await t.connected(WS);
    await t.happens('offline');
    await t.raw(PONG);
    await t.happens('online');
    await t.wait(60000);
    t.fact('it stays', t.sockets.length === 1);
    await t.drop();
    await t.happens('online');
    t.fact('online does not hurry it', t.sockets.length === 1);
    await t.wait(1000);
    t.fact('a second', t.sockets.length === 2);
  }),

  scenario([39, 51], 'online while connecting', async (t) => {
    await t.create('KEY', WS);
    await t.wait(3000);
    await t.happens('online');
    t.fact('anew', t.sockets.length === 2 && t.sockets[0].readyState >= 2);
    await t.accept();
  }),

  scenario([39, 52], 'online while unavailable', async (t) => {
    await t.create('KEY', WS);
    await t.wait(12000);
    t.fact('unavailable', state(t) === 'unavailable');
    await t.happens('online');
    t.fact('anew', t.sockets.length === 2);
    await t.accept();
    t.instead(
      'it stays unavailable until then',
      same(t.heard('connection state_change').at(-1), [{ current: 'connected', previous: 'unavailable' }]),
    );
  }),

  scenario([52], 'unavailable, then connected', async (t) => {
    await t.create('KEY', WS);
    await t.wait(10000);
    t.fact('unavailable', state(t) === 'unavailable');
    await t.accept();
    t.fact(
      'directly',
      same(t.heard('connection state_change').at(-1), [{ current: 'connected', previous: 'unavailable' }]),
    );
  }),

  scenario([52], 'unavailableTimeout', async (t) => {
    await t.create('KEY', { ...WS, unavailableTimeout: 3000 });
    await t.wait(2999);
    t.fact('connecting', state(t) === 'connecting');
    await t.wait(1);
    t.fact('unavailable', state(t) === 'unavailable');
  }),

  scenario([53], 'disconnect while connecting', async (t) => {
    const client = await t.create();
    await t.wait(500);
    await t.call('disconnect', () => client.disconnect());
    t.fact('closed', t.socket.readyState >= 2 && state(t) === 'disconnected');
    await t.wait(20000);
    t.fact('nothing comes', t.sockets.length === 1 && t.requests.length === 0);
    t.step('connect');
    await t.call('connect', () => client.connect());
    t.fact('opened', t.sockets.length === 2 && state(t) === 'connecting');
    await t.accept();
  }),

  scenario([53], 'disconnect and connect in one go', async (t) => {
    const client = await t.connected();
    await t.subscribe('news');
    await t.succeed('news');
    await t.call('both', () => {
      client.disconnect();
      client.connect();
    });
    t.fact('a new socket', t.sockets.length === 2);
    await t.accept();
    t.fact('subscribed again', t.frames.length === 2);
  }),

  scenario([54], 'connect where nothing is to be done', async (t) => {
    const client = await t.create();
    await t.call('connecting', () => client.connect());
    await t.accept();
    await t.call('connected', () => client.connect());
    await t.wait(1000);
    t.fact('one socket', t.sockets.length === 1);
    await t.call('disconnect', () => client.disconnect());
    await t.call('disconnect again', () => client.disconnect());
    t.fact('one event', t.heard('connection disconnected').length === 1);
  }),

  scenario([54], 'disconnect in the second before a reconnect', async (t) => {
    const client = await t.connected();
    await t.drop();
    await t.call('disconnect', () => client.disconnect());
    await t.wait(10000);
    t.fact('no attempt', t.sockets.length === 1);
  }),

  scenario([54], 'connect in the second before a reconnect', async (t) => {
    const client = await t.connected();
    await t.wait(5000);
    await t.drop();
    await t.call('connect', () => client.connect());
    await t.accept();
    t.step('the timer');
    await t.wait(1000);
    t.fact('it is torn down', t.sockets.length === 3);
    t.instead('it stays', t.sockets.length === 2 && state(t) === 'connected');
  }),

  scenario([55], 'short lives make pings more frequent', async (t) => {
    await t.connected(WS);
    await t.wait(60000);
    await t.drop(1006, '', false);
    await t.wait(1000);
    t.fact('ws again', t.sockets.length === 2);
    await t.accept();
    await t.wait(29999);
    t.fact('no ping', t.frames.length === 0);
    await t.wait(1);
    t.fact('half of the life', same(t.frames, [PING]));
    await t.drop(1006, '', false);
    await t.wait(1000);
    await t.accept();
    await t.wait(15000);
    t.fact('half again', t.frames.length === 2);
  }),

  scenario([55], 'very short lives', async (t) => {
    await t.connected(WS);
    await t.wait(3000);
    await t.drop(1006, '', false);
    await t.wait(1000);
    await t.accept();
    await t.wait(9999);
    t.fact('no ping', t.frames.length === 0);
    await t.wait(1);
    t.fact('never below ten seconds', t.frames.length === 1);
  }),

  scenario([56], 'an exception in a handler of connected', async (t) => {
    const client = await t.create();
    t.bind(client.connection, 'connected', {
      label: 'throwing',
      then: () => {
        throw new Error('mine');
      },
    });
    await t.accept();
    t.fact('it escapes', t.escaped[0]?.includes('mine'));
    t.fact('connected', state(t) === 'connected');
    await t.subscribe('news');
    t.fact('it works', t.frames.length === 1);
  }),

  scenario([59], 'switchCluster', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('news', { bind: ['x'] });
    await t.succeed('news');
    await t.wait(5000);
    await t.call('switchCluster', () => client.switchCluster({ appKey: 'OTHER', cluster: 'ap1' }));
    t.fact('the new host', t.opened[1].startsWith('wss://ws-ap1.pusher.com:443/app/OTHER?'));
    t.fact('the old one is closed', t.sockets[0].readyState >= 2);
    await t.accept();
    t.fact('subscribed again', t.frames.length === 2);
    await t.succeed('news');
    await t.message('x', 1, 'news');
    t.fact('bindings stay', t.heard('channel news x').length === 1 && client.channel('news') === channel);
    await t.call('key', () => client.key);
  }),

  scenario([], 'pusher:error of a connection', async (t) => {
    await t.connected();
    await t.wait(2000);
    await t.raw('{"event":"pusher:error","data":{"code":4301,"message":"too fast"}}');
    t.fact(
      'one error',
      same(errors(t), [{ data: { code: 4301, message: 'too fast' }, type: 'PusherError' }]),
    );
    t.fact('on the client, too', t.heard('pusher *')[0]?.[0] === 'pusher:error');
    await t.raw('{"event":"pusher:error","data":{"code":null,"message":"odd"}}');
    await t.wait(5000);
    t.fact('it stays', state(t) === 'connected');
  }),

  scenario([], 'an error event of the socket', async (t) => {
    await t.connected();
    await t.wait(2000);
    t.step('error');
    await t.network(() => t.socket.fail());
    t.step('close');
    t.fact('WebSocketError', errors(t)[0]?.type === 'WebSocketError');
    await t.drop();
    await t.wait(1000);
    t.fact('again', t.sockets.length === 2);
  }),

  scenario([], 'a socket constructor that throws', async (t) => {
    t.page.window.WebSocket = class {
      constructor() {
        throw new Error('no sockets here');
      }
    };
    t.step('after');
    await t.create('KEY', WS);
    await t.wait(5000);
    t.instead('it is told', errors(t)[0]?.error === 'no sockets here');
    t.fact('it does not escape', t.escaped.length === 0 && state(t) === 'connecting');
  }),
];
