// How connections end, before the greeting and after: handshakes that are none, close codes (statements 38
// to 46).
import { scenario } from '../scenario.mjs';

const state = (t) => t.client.connection.state;
const errors = (t) => t.heard('connection error').map(([error]) => error);
const PONG = '{"event":"pusher:pong","data":{}}';
const WS = { cluster: 'eu', enabledTransports: ['ws'] };

const GREETINGS = {
  'without an activity timeout':
    '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.2\\"}"}',
  'with activity timeout 0':
    '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.2\\",\\"activity_timeout\\":0}"}',
  'that is not JSON': 'hello',
  'that is another event': '{"event":"hello","data":"{}"}',
};

const CLOSES = [
  1000, 1001, 1002, 1003, 1004, 1005, 1006, 1011, 3999, 4000, 4001, 4004, 4099, 4100, 4150, 4199, 4200, 4201,
  4299, 4300, 4301, 4999,
];
const REFUSED = (code) => (code > 4000 && code < 4100) || code >= 4300;
const LATER = (code) => (code >= 1002 && code <= 1004) || (code >= 4100 && code < 4200);
const AT_ONCE = (code) => code === 4000 || (code >= 4200 && code < 4300);

export default [
  ...Object.entries(GREETINGS).map(([name, text]) =>
    scenario([38, 39], `a greeting ${name}`, async (t) => {
      await t.create('KEY', WS);
      await t.network(() => t.socket.open());
      await t.raw(text);
      t.fact('HandshakeError', errors(t)[0]?.type === 'HandshakeError');
      t.step('after');
      await t.wait(40000);
      t.fact('stuck', t.sockets.length === 1 && state(t) === 'unavailable');
      t.instead('tried again', t.sockets.length > 1);
      t.step('online');
      await t.happens('online');
      t.fact('rescued', t.sockets.length === 2);
    }),
  ),

  ...[1000, 1006, 1011, 4000, 4001, 4100, 4200, 4300].map((code) =>
    scenario([40, 41, 42], `close ${code} in the place of the greeting`, async (t) => {
      await t.create('KEY', { cluster: 'eu', forceTLS: false, enabledTransports: ['ws'] });
      await t.network(() => t.socket.open());
      await t.drop(code, 'reason', true);
      t.fact('when', t.sockets.length === (AT_ONCE(code) ? 2 : 1));
      t.step('after');
      await t.until(() => t.sockets.length > 1, 3000);
      t.fact('then', t.sockets.length === (REFUSED(code) ? 1 : 2));
      t.instead('then', t.sockets.length === (REFUSED(code) ? 1 : 2));
      t.fact('after a second', t.openedAt.length < 2 || t.openedAt[1] === (AT_ONCE(code) ? 0 : 1000));
      t.instead('after a while', t.openedAt.length < 2 || t.openedAt[1] <= (LATER(code) ? 2000 : 1000));
      t.fact('TLS', code !== 4000 || (t.opened[1].startsWith('wss:') && t.client.shouldUseTLS() === false));
    }),
  ),

  ...[4001, 4100, 4200].map((code) =>
    scenario([42], `pusher:error ${code} in the place of the greeting`, async (t) => {
      await t.create('KEY', WS);
      await t.network(() => t.socket.open());
      await t.raw(JSON.stringify({ event: 'pusher:error', data: { code, message: 'no' } }));
      await t.until(() => t.sockets.length > 1, 3000);
      t.fact('like a close', t.sockets.length === (code === 4001 ? 1 : 2));
      t.instead('like a close', t.sockets.length === (code === 4001 ? 1 : 2));
    }),
  ),

  scenario([40], 'every greeting is a close', async (t) => {
    await t.create('KEY', WS);
    t.step('closes');
    for (let count = 0; count < 15; count += 1) {
      await t.wait(300);
      await t.network(() => t.socket.open());
      await t.drop();
      await t.wait(1000);
    }
    t.fact('a pause of a second after each', t.heard('connection connecting_in').length === 15);
    t.fact('never unavailable', t.heard('connection unavailable').length === 0);
    t.instead('unavailable', t.heard('connection unavailable').length === 1);
  }),

  ...CLOSES.map((code) =>
    scenario([41, 42, 43, 44, 45, 46], `close ${code} of a connection`, async (t) => {
      const client = await t.connected({ cluster: 'eu', forceTLS: false, enabledTransports: ['ws', 'wss'] });
      await t.subscribe('news');
      await t.succeed('news');
      await t.wait(5000);
      t.step('close');
      await t.drop(code, 'reason', code !== 1006);
      const count = code <= 1001 ? 0 : code < 4000 && ![1002, 1003, 1004].includes(code) ? 1 : 2;
      t.fact('errors', errors(t).length === count);
      t.fact(
        'connecting_in',
        t.heard('connection connecting_in').length ===
          (count === 2 && !AT_ONCE(code) && !REFUSED(code)
            ? 2
            : REFUSED(code)
              ? t.heard('connection connecting_in').length
              : 1),
      );
      t.fact('at once', t.sockets.length === (AT_ONCE(code) ? 2 : 1));
      await t.until(() => t.sockets.length > 1, 3000);
      t.fact('then', t.sockets.length === (REFUSED(code) ? 1 : 2));
      t.fact('after a second', t.openedAt.length < 2 || t.openedAt[1] === (AT_ONCE(code) ? 5000 : 6000));
      t.instead(
        'after a second or two',
        t.openedAt.length < 2 ||
          (LATER(code)
            ? t.openedAt[1] >= 6000 && t.openedAt[1] <= 7000
            : t.openedAt[1] === (AT_ONCE(code) ? 5000 : 6000)),
      );
      t.step('again');
      await t.wait(100);
      if (!REFUSED(code)) {
        await t.accept();
        await t.raw(PONG);
        t.fact('subscribed again', t.frames.length === 2);
      }
      await t.call('shouldUseTLS', () => client.shouldUseTLS());
      await t.wait(60000);
      t.fact('for good', code === 1006 || state(t) === (REFUSED(code) ? 'disconnected' : 'connected'));
    }),
  ),
];
