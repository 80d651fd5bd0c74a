// Which transport is tried when, and the cache of what worked (statements 20 to 24, 57, 58).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';
import { Clock } from '../clock.mjs';

const NON_TLS = { cluster: 'eu', forceTLS: false };
const HTTP_ONLY = { cluster: 'eu', enabledTransports: ['xhr_polling'], disabledTransports: [] };
const requestTimes = (t, part) => t.sent.filter((one) => one.url.includes(part)).map((one) => one.time);
const cached = (transport, latency, age = 0, more = {}) => ({
  pusherTransportTLS: JSON.stringify({
    timestamp: Clock.OPENED_AT - age,
    transport,
    latency,
    cacheSkipCount: 0,
    ...more,
  }),
});

export default [
  scenario([20], 'everything hangs, without TLS', async (t) => {
    await t.create('KEY', NON_TLS);
    await t.wait(14999);
    t.fact('wss after 2 seconds', same(t.openedAt, [0, 2000]) && t.opened[1].startsWith('wss:'));
    t.fact('streaming after 5', same(requestTimes(t, 'xhr_streaming'), [5000]));
    t.fact('polling after 9', same(requestTimes(t, '/xhr?'), [9000]));
  }),

  scenario([21], 'everything hangs, with TLS', async (t) => {
    await t.create();
    await t.wait(14999);
    t.fact('one socket', same(t.openedAt, [0]));
    t.fact('streaming after 2 seconds', same(requestTimes(t, 'xhr_streaming'), [2000]));
    t.fact('polling after 6', same(requestTimes(t, '/xhr?'), [6000]));
  }),

  scenario([21, 23], 'everything hangs for two minutes', async (t) => {
    await t.create();
    await t.wait(120000);
    t.fact('attempts of 15, 30, 60 seconds', same(t.openedAt, [0, 15000, 45000, 105000]));
  }),

  scenario([22], 'a WebSocket that is refused', async (t) => {
    await t.create('KEY', { cluster: 'eu', enabledTransports: ['ws'] });
    t.step('refused');
    for (let second = 0; second < 170; second += 1) {
      await t.network(() => t.socket.refuse());
      await t.wait(1000);
    }
    t.fact('cadence', same(t.openedAt, [0, 15000, 45000, 105000, 165000]));
    const pauses = t.openedAt.slice(1).map((at, index) => at - t.openedAt[index]);
    t.instead(
      'soon, then less often',
      pauses[0] <= 2000 && pauses.length > 6 && Math.max(...pauses) <= 32000,
    );
    t.instead('unavailable once', t.heard('connection unavailable').length === 1);
    t.fact('unavailable once', t.heard('connection unavailable').length === 1);
  }),

  scenario([23], 'a WebSocket that hangs', async (t) => {
    await t.create('KEY', { cluster: 'eu', enabledTransports: ['ws'] });
    await t.wait(15000);
    t.fact('closed and opened anew', same(t.openedAt, [0, 15000]) && t.sockets[0].readyState >= 2);
  }),

  scenario([24], 'the first handshake ends the race', async (t) => {
    await t.create('KEY', NON_TLS);
    await t.wait(9000);
    t.fact('four are under way', t.sockets.length === 2 && t.requests.length === 2);
    await t.network(() => t.server.greet(t.sockets[1]));
    t.fact(
      'the others are given up',
      t.sockets[0].readyState >= 2 && t.requests.every((one) => !one.waiting),
    );
    await t.subscribe('news');
    await t.wait(30000);
  }),

  scenario([24], 'polling wins', async (t) => {
    await t.create();
    await t.wait(6100);
    await t.network(() => t.requests[1].respond(200, 'o\n'));
    await t.network(() => t.request.respond(200, `a${JSON.stringify([t.server.handshake()])}\n`));
    t.fact('connected', t.client.connection.state === 'connected');
    t.fact('the socket is given up', t.socket.readyState >= 2 && !t.requests[0].waiting);
    t.fact('latency', t.page.stored.get('pusherTransportTLS').includes('"latency":6100'));
    await t.subscribe('news');
    await t.network(() => t.requests[3].respond(200, 'a["{\\"event\\":\\"x\\",\\"data\\":\\"{}\\"}"]\n'));
  }),

  scenario([57], 'a cached WebSocket', { stored: cached('ws', 100) }, async (t) => {
    await t.create();
    await t.wait(1199);
    t.fact('alone', t.sockets.length === 1);
    await t.wait(1);
    t.fact('twice the latency and a second', same(t.openedAt, [0, 1200]));
    t.fact('it is forgotten', t.page.stored.size === 0);
    await t.wait(2000);
    t.fact('the whole strategy', same(requestTimes(t, 'xhr_streaming'), [3200]));
  }),

  scenario([58], 'a cached WebSocket that is refused', { stored: cached('ws', 100) }, async (t) => {
    await t.create();
    await t.network(() => t.socket.refuse());
    t.fact('the whole strategy at once', same(t.openedAt, [0, 0]) && t.page.stored.size === 0);
    await t.accept();
    t.fact('connected', t.client.connection.state === 'connected');
  }),

  scenario([58], 'a cache entry of 30 minutes', { stored: cached('ws', 100, 1800000) }, async (t) => {
    await t.create();
    await t.wait(1200);
    t.fact('it is used', t.sockets.length === 2);
  }),

  scenario(
    [58],
    'a cache entry of more than 30 minutes',
    { stored: cached('ws', 100, 1800001) },
    async (t) => {
      await t.create();
      await t.wait(1300);
      t.fact('it is not used', t.sockets.length === 1);
    },
  ),

  scenario([57], 'a cached fallback is skipped a few times', async (t) => {
    const client = await t.create('KEY', HTTP_ONLY);
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      t.step(`attempt ${attempt}`);
      await t.network(() => t.request.respond(200, 'o\n'));
      await t.network(() => t.request.respond(200, `a${JSON.stringify([t.server.handshake()])}\n`));
      await t.call('disconnect', () => client.disconnect());
      await t.call('connect', () => client.connect());
    }
    t.fact('skipped four times', t.page.stored.get('pusherTransportTLS').includes('"cacheSkipCount":4'));
  }),

  ...[3, 4].map((count) =>
    scenario(
      [57],
      `a cached fallback with count ${count}`,
      {
        stored: cached('xhr_polling', 300, 0, { cacheSkipCount: count }),
      },
      async (t) => {
        await t.create();
        t.fact('who is first', t.sockets.length === (count > 3 ? 0 : 1));
        await t.wait(1599);
        t.fact('alone', t.sockets.length + t.requests.length === 1);
        await t.wait(1);
        t.fact('until its time is over', count > 3 === (t.page.stored.size === 0));
        await t.wait(5000);
      },
    ),
  ),

  ...['{', '1', '{}', 'null', '{"transport":"pigeon"}'].map((text) =>
    scenario([], `a cache entry ${text}`, { stored: { pusherTransportTLS: text } }, async (t) => {
      await t.create();
      await t.wait(500);
      t.fact('it harms nothing', t.sockets.length === 1);
      await t.accept();
      t.fact('it is written anew', t.page.stored.get('pusherTransportTLS').includes('"transport":"ws"'));
    }),
  ),

  scenario([58], 'a refusing handshake is cached, too', async (t) => {
    await t.create();
    await t.wait(70);
    await t.network(() => t.socket.open());
    await t.drop(4001, 'no such app', true);
    t.fact('stored', t.page.stored.get('pusherTransportTLS').includes('"latency":70'));
    t.fact('disconnected', t.client.connection.state === 'disconnected');
  }),

  scenario([], 'a page without storage', { without: ['localStorage'] }, async (t) => {
    await t.connected();
    t.fact('connected', t.client.connection.state === 'connected');
  }),
];
