// HTTP transports and their frames (statements 25 to 33).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const STREAMING = { cluster: 'eu', enabledTransports: ['xhr_streaming'] };
const POLLING = { cluster: 'eu', enabledTransports: ['xhr_polling'] };
const frame = (...messages) => `a${JSON.stringify(messages)}\n`;
const message = (event, data = {}) => JSON.stringify({ event, channel: 'news', data: JSON.stringify(data) });
const SESSION = /\/app\/KEY\/(\d{1,3})\/([0-9a-v]{8})\/xhr/;
const session = (url) => SESSION.exec(url)?.slice(1).join('/');
const received = (t) => t.heard('pusher *').map(([event]) => event);

async function stream(t, options = STREAMING) {
  await t.create('KEY', options);
  await t.network(() => t.request.piece(`${'h'.repeat(2048)}\n`));
  await t.network(() => t.request.piece('o\n'));
  await t.network(() => t.request.piece(frame(t.server.handshake())));
  return t.request;
}

async function poll(t) {
  await t.create('KEY', POLLING);
  await t.network(() => t.request.respond(200, 'o\n'));
  await t.network(() => t.request.respond(200, frame(t.server.handshake())));
  return t.request;
}

export default [
  scenario([25], 'session URLs', async (t) => {
    await t.create('KEY', STREAMING);
    const url = t.sent[0].url;
    t.fact('form', SESSION.test(url) && !/\/app\/KEY\/0\d/.test(url));
    t.fact('query', /\/xhr_streaming\?protocol=7&client=js&version=[^&]+&t=1700000000000&n=1$/.test(url));
  }),

  scenario([26], 'requests are numbered', async (t) => {
    const request = await stream(t);
    await t.subscribe('news');
    await t.wait(50);
    await t.call('trigger', () => t.client.send_event('client-x', { a: 1 }, 'news'));
    t.fact(
      'numbers',
      same(
        t.sent.map((one) => /&n=(\d+)$/.exec(one.url)[1]),
        ['1', '2', '3'],
      ),
    );
    await t.network(() => t.requests[1].respond(204));
    await t.network(() => request.finish());
  }),

  scenario([26], 'requests of two clients are numbered', async (t) => {
    await t.create('KEY', STREAMING);
    await t.create('KEY', STREAMING);
    t.fact(
      'numbers',
      same(
        t.sent.map((one) => /&n=(\d+)$/.exec(one.url)[1]),
        ['1', '2'],
      ),
    );
  }),

  scenario([27], 'a close frame on polling', async (t) => {
    const request = await poll(t);
    await t.network(() => request.respond(200, 'c[4001,"bye"]\n'));
    t.fact('disconnected', t.client.connection.state === 'disconnected');
    const requests = t.requests.length;
    await t.wait(60000);
    t.fact('for good', t.requests.length === requests);
  }),

  ...[1000, 1006, 3000, 4000, 4100, 4200, 4300].map((code) =>
    scenario([27], `close frame ${code} on streaming`, async (t) => {
      const request = await stream(t);
      await t.wait(5000);
      t.step('close');
      await t.network(() => request.piece(`c[${code},"reason"]\n`));
      t.step('again');
      await t.wait(999);
      t.fact('when', (t.requests.length === 1) === ![4000, 4200].includes(code));
      await t.until(() => t.requests.length > 1, 5000);
      t.instead('it is sought again', (t.requests.length === 1) === (code === 4300));
    }),
  ),

  ...[200, 204, 404, 500, 0].map((status) =>
    scenario([28], `streaming ends with status ${status}`, async (t) => {
      const request = await stream(t);
      await t.wait(5000);
      await t.network(() => (status === 0 ? request.fail() : request.finish(status)));
      t.fact('it is lost', t.heard('connection connecting_in').length === 1);
      await t.wait(1000);
      t.fact('a new session', t.requests.length === 2 && session(t.sent[0].url) !== session(t.sent[1].url));
      t.fact(
        'reason',
        JSON.stringify(t.heard('connection error')).includes(`Connection interrupted (${status || ''}`),
      );
    }),
  ),

  scenario([29], 'streaming is opened again after 256 KiB', async (t) => {
    const request = await stream(t);
    const text = message('x', { text: 'y'.repeat(1000) });
    for (let sent = 0; sent < 262144; sent += text.length) {
      await t.network(() => request.piece(frame(text)));
    }
    t.fact('the same session', t.requests.length === 2 && session(t.sent[0].url) === session(t.sent[1].url));
    t.fact('the first is given up', !request.waiting);
    await t.network(() => t.request.piece(frame(message('after'))));
    t.fact('it goes on', received(t).at(-1) === 'after');
    t.step('a second open frame');
    await t.network(() => t.request.piece('o\n'));
    t.fact(
      'the session is lost',
      JSON.stringify(t.heard('connection error')).includes('Server lost session'),
    );
    await t.wait(1000);
    t.fact('a new session', session(t.sent[2].url) !== session(t.sent[1].url));
  }),

  scenario([30], 'an empty line', async (t) => {
    const request = await stream(t);
    request.quiet = true;
    await t.network(() => request.piece(`\n${frame(message('behind'))}`));
    t.fact('it holds up', received(t).length === 0);
    t.instead('it does not hold up', received(t).includes('behind'));
    await t.wait(10);
    await t.network(() => request.piece(frame(message('next'))));
    t.fact('until more comes', same(received(t), ['behind', 'next']));
  }),

  scenario([31], 'heartbeats of streaming', async (t) => {
    const request = await stream(t);
    t.fact('none for the prelude', t.requests.length === 1);
    await t.network(() => request.piece('h\n'));
    t.fact('answered', t.request.body === '[]' && t.request.url.includes('/xhr_send?'));
    await t.network(() => t.request.respond(204));
  }),

  scenario([31], 'heartbeats of polling', async (t) => {
    const request = await poll(t);
    const requests = t.requests.length;
    await t.network(() => request.respond(200, 'h\n'));
    t.fact(
      'the next poll is the answer',
      t.requests.length === requests + 1 && /\/xhr\?/.test(t.request.url),
    );
  }),

  scenario([32], 'the session moves', async (t) => {
    await t.create('KEY', STREAMING);
    await t.network(() => t.request.piece('o{"hostname":"other.example"}\n'));
    await t.network(() => t.request.piece(frame(t.server.handshake())));
    await t.subscribe('news');
    t.fact(
      'another host, the same port',
      t.sent[1].url.startsWith('https://other.example:443/pusher/app/KEY/'),
    );
    t.fact('the same session', session(t.sent[0].url) === session(t.sent[1].url));
  }),

  scenario([33], 'polling that is answered with 404 before the handshake', async (t) => {
    await t.create('KEY', POLLING);
    t.step('refused');
    await t.network(() => t.request.respond(404, 'nothing'));
    await t.wait(14999);
    t.fact('nothing yet', t.requests.length === 1);
    t.instead('the next attempt comes soon', t.requests.length > 1);
    await t.wait(1);
    t.fact('a new session', t.requests.length === 2 && session(t.sent[0].url) !== session(t.sent[1].url));
  }),

  scenario([], 'polling that ends with 500 once connected', async (t) => {
    const request = await poll(t);
    await t.wait(5000);
    await t.network(() => request.respond(500));
    t.fact('lost', t.heard('connection connecting_in').length === 1);
    await t.wait(1000);
    t.fact('a new session', session(t.request.url) !== session(request.url));
  }),

  scenario([], 'several messages in a frame, cut anywhere', async (t) => {
    const request = await stream(t);
    const text = frame(message('one', { a: 'ä€😀' }), message('two'), message('three', [1, 2]));
    for (const piece of [text.slice(0, 7), text.slice(7, 8), text.slice(8, 40), text.slice(40, -1), '\n']) {
      await t.network(() => request.piece(piece));
    }
    t.fact('all in order', same(received(t), ['one', 'two', 'three']));
  }),

  scenario([], 'the frame m and unknown frames', async (t) => {
    const request = await stream(t);
    await t.network(() => request.piece(`m${JSON.stringify(message('one'))}\n`));
    await t.network(() => request.piece('?what\nx\n[]\n'));
    await t.network(() => request.piece(frame(message('two'))));
    t.fact('one message', same(received(t), ['one', 'two']));
  }),

  scenario([], 'messages before the open frame', async (t) => {
    await t.create('KEY', STREAMING);
    await t.network(() => t.request.piece(frame(t.server.handshake())));
    t.fact('they are dropped', t.client.connection.state === 'connecting');
    await t.network(() => t.request.piece('o\n'));
    await t.network(() => t.request.piece(frame(t.server.handshake())));
    t.fact('connected', t.client.connection.state === 'connected');
  }),

  scenario([], 'an idle stream is pinged', async (t) => {
    const request = await stream(t);
    await t.wait(120000);
    t.fact('an empty frame', t.request.body === '[]');
    await t.network(() => t.request.respond(204));
    await t.network(() => request.piece('h\n'));
    await t.network(() => t.request.respond(204));
    await t.wait(40000);
    t.fact('it lives', t.heard('connection connecting_in').length === 0);
  }),

  scenario([], 'an idle stream that is dead', async (t) => {
    await stream(t);
    await t.wait(120000);
    await t.network(() => t.request.respond(204));
    await t.wait(30000);
    t.fact('a new one', t.request.url.includes('/xhr_streaming?'));
  }),

  scenario([], 'disconnect ends the stream', async (t) => {
    const request = await stream(t);
    await t.call('disconnect', () => t.client.disconnect());
    t.fact('given up', !request.waiting);
  }),

  scenario([], 'the page goes away', async (t) => {
    const request = await stream(t);
    await t.happens('pagehide');
    t.fact('given up', !request.waiting);
    t.step('it comes back');
    await t.wait(1000);
    t.instead('it connects again', t.requests.length === 2);
  }),
];
