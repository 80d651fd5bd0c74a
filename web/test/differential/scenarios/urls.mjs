// URLs of sockets and requests, and which transports are enabled (statements 14 to 19).
import { scenario } from '../scenario.mjs';

const withTLS = [
  ['with TLS', undefined],
  ['without TLS', false],
];
const failed = (t) => t.client.connection.state === 'failed';

export default [
  ...withTLS.map(([name, forceTLS]) =>
    scenario([14], `the URL of a WebSocket ${name}`, async (t) => {
      await t.create('KEY', { cluster: 'eu', forceTLS });
      const authority = forceTLS === false ? 'ws://ws-eu.pusher.com:80' : 'wss://ws-eu.pusher.com:443';
      t.fact(
        'explicit port and order',
        t.opened[0].startsWith(`${authority}/app/KEY?protocol=7&client=js&version=`),
      );
      t.fact('flash', t.opened[0].endsWith('&flash=false'));
    }),
  ),

  ...withTLS.map(([name, forceTLS]) =>
    scenario([15, 34], `the URLs of HTTP transports ${name}`, async (t) => {
      await t.create('KEY', { cluster: 'eu', forceTLS, enabledTransports: ['xhr_streaming', 'xhr_polling'] });
      await t.network(() => t.request.piece('o\n'));
      const greeting = JSON.stringify([t.server.handshake()]);
      await t.network(() => t.request.piece(`a${greeting}\n`));
      await t.subscribe('news');
      t.fact(
        'no flash',
        t.sent.every((one) => !one.url.includes('flash')),
      );
      t.fact('no protocol when sending', /xhr_send\?t=\d+&n=2$/.test(t.sent[1].url));
      t.fact(
        'type',
        t.sent.every((one) => one.headers.includes('Content-Type: application/json')),
      );
      t.fact('body', t.sent[1].body.startsWith('["{\\"event\\":\\"pusher:subscribe\\"'));
    }),
  ),

  scenario([16], 'wsPath and httpPath', async (t) => {
    await t.create('KEY', { cluster: 'eu', wsPath: '/x', httpPath: '/y', wssPort: 444, httpsPort: 445 });
    t.fact('wsPath', t.opened[0].startsWith('wss://ws-eu.pusher.com:444/x/app/KEY?'));
    await t.wait(2000);
    t.fact('httpPath', t.sent[0].url.startsWith('https://sockjs-eu.pusher.com:445/y/app/KEY/'));
  }),

  scenario([16], 'ports without TLS', async (t) => {
    await t.create('KEY', {
      cluster: 'eu',
      wsPort: 81,
      wssPort: 444,
      httpPort: 82,
      httpsPort: 445,
      forceTLS: false,
    });
    await t.wait(5000);
    t.fact('ws', t.opened[0].startsWith('ws://ws-eu.pusher.com:81/'));
    t.fact('wss', t.opened[1].startsWith('wss://ws-eu.pusher.com:444/'));
    t.fact('http', t.sent[0].url.startsWith('http://sockjs-eu.pusher.com:82/'));
  }),

  ...withTLS.map(([name, forceTLS]) =>
    scenario([17], `wss alone ${name}`, async (t) => {
      await t.create('KEY', { cluster: 'eu', forceTLS, enabledTransports: ['wss'] });
      t.fact('failed', failed(t) && t.sockets.length === 0);
      await t.wait(60000);
      t.fact('for good', failed(t) && t.sockets.length === 0);
    }),
  ),

  ...[[], null, undefined, ['pigeon']].map((list) =>
    scenario([18], `enabledTransports ${JSON.stringify(list)}`, async (t) => {
      await t.create('KEY', { cluster: 'eu', enabledTransports: list });
      t.fact('state', failed(t) === Array.isArray(list));
      await t.wait(2000);
      await t.call('disconnect', () => t.client.disconnect());
      await t.call('connect', () => t.client.connect());
    }),
  ),

  scenario([19], 'a transport in both lists', async (t) => {
    await t.create('KEY', {
      cluster: 'eu',
      enabledTransports: ['ws', 'xhr_polling'],
      disabledTransports: ['ws'],
    });
    t.fact('it is disabled', t.sockets.length === 0 && /\/xhr\?/.test(t.sent[0].url));
  }),

  scenario([], 'disabledTransports', async (t) => {
    const disabledTransports = ['wss', 'xhr_streaming', 'xdr_streaming'];
    await t.create('KEY', { cluster: 'eu', forceTLS: false, disabledTransports });
    await t.wait(20000);
    t.fact(
      'polling alone',
      t.sent.every((one) => /\/xhr\?/.test(one.url)),
    );
  }),

  scenario([], 'no WebSocket in the page', { without: ['WebSocket'] }, async (t) => {
    await t.create();
    t.fact('streaming at once', t.sent[0].time === 0 && t.sent[0].url.includes('/xhr_streaming?'));
    await t.wait(4000);
    t.fact('polling 4 seconds later', t.sent[1].time === 4000 && t.sent[1].url.includes('/xhr?'));
  }),
];
