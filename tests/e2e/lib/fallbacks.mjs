// What a client of pusher-js must be able to do, whatever carries its connection. Also for runs that
// take longer than a test: see `seconds`.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createHash, createHmac } from 'node:crypto';
import Pusher from 'pusher-js';

import { APP } from './servers.mjs';
import { makeAgent } from './agent.mjs';
import { nodeModule, page } from './browser.mjs';

const WEB = nodeModule('pusher-js/dist/web');

// ---- Publishing, in order, over one connection ----

function publisher(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const post = (path, body) =>
    new Promise((resolve, reject) => {
      const query = [
        `auth_key=${APP.key}`,
        `auth_timestamp=${Math.floor(Date.now() / 1000)}`,
        'auth_version=1.0',
        `body_md5=${createHash('md5').update(body).digest('hex')}`,
      ].join('&');
      const signature = createHmac('sha256', APP.secret).update(`POST\n${path}\n${query}`).digest('hex');
      const request = http.request(
        { host: '127.0.0.1', port, agent, method: 'POST', path: `${path}?${query}&auth_signature=${signature}` },
        (response) => {
          let text = '';
          response.on('data', (part) => (text += part));
          response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(text))));
        },
      );
      request.on('error', reject).end(body);
    });
  return {
    batch: (events) => post(`/apps/${APP.appId}/batch_events`, JSON.stringify({ batch: events })),
    close: () => agent.destroy(),
  };
}

// ---- Clients ----

export const optionsFor = (port, transports) => ({
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: port,
  httpHost: '127.0.0.1',
  httpPort: port,
  forceTLS: false,
  enabledTransports: transports,
  disableStats: true,
  channelAuthorization: { endpoint: `http://127.0.0.1:${port}/pusher/auth`, transport: 'ajax' },
});

// A client in this process; closed with the test.
export function nodeClient(t) {
  const agent = makeAgent(Pusher);
  t.after(() => agent.close());
  return (method, ...args) => agent[method](...args);
}

// A client in a page of its own.
export async function pageClient(t, started, site) {
  const made = await page(started, site, [`${WEB}/pusher.js`], {
    'sockjs.min.js': `${WEB}/sockjs.min.js`,
    'sockjs.js': `${WEB}/sockjs.js`,
  });
  await made.evaluate(`window.agent = (${makeAgent})(Pusher)`);
  t.after(() => made.close());
  return (method, ...args) => made.evaluate(([name, given]) => window.agent[name](...given), [method, args]);
}

// ---- The scenario ----

// Connects two clients, `call` with one transport and `other` with WebSockets, and lets them do everything.
// Publishes `events`, and when `seconds` is given goes on until they have passed. The server must run with
// --dev-auth. Returns how many events were delivered.
export async function exchange({ port, call, other, transport, events = 10_000, seconds = 0 }) {
  const connected = await call('open', APP.key, optionsFor(port, [transport]));
  assert.equal(connected.transport, transport);
  assert.match(connected.socket_id, /^\d+\.\d+$/);
  await other('open', APP.key, optionsFor(port, ['ws']));

  // presence
  assert.equal((await call('subscribe', 'presence-room')).count, 1);
  await call('expect', 'presence-room', 'pusher:member_added');
  const { me, count } = await other('subscribe', 'presence-room');
  assert.equal(count, 2);
  assert.equal((await call('take', 'presence-room', 'pusher:member_added')).data.id, me);

  // client events, both ways
  await call('subscribe', 'private-chat');
  await other('subscribe', 'private-chat');
  for (const [from, to] of [
    [call, other],
    [other, call],
  ]) {
    await to('expect', 'private-chat', 'client-said');
    await from('trigger', 'private-chat', 'client-said', { text: '<h\u2028\u00e9\u{1f600}>' });
    assert.deepEqual((await to('take', 'private-chat', 'client-said')).data, { text: '<h\u2028\u00e9\u{1f600}>' });
  }

  // events in order
  await call('subscribe', 'news');
  await call('follow', 'news', 'item');
  const source = publisher(port);
  const end = Date.now() + seconds * 1000;
  let n = 0;
  const inOrder = async () =>
    assert.deepEqual(
      { wrong: await call('followed', n), states: await call('states') },
      { wrong: [], states: ['connected'] }, // and never another state
    );
  while (n < events || Date.now() < end) {
    const batch = Array.from({ length: 10 }, () => ({
      channel: 'news',
      name: 'item',
      data: JSON.stringify({ n: n++, text: 'h\u00e9llo '.repeat(n % 20) }),
    }));
    await source.batch(batch);
    if (n % 1000 === 0) await inOrder();
  }
  await inOrder();
  source.close();

  // leaving
  await other('expect', 'presence-room', 'pusher:member_removed');
  await call('close');
  await other('take', 'presence-room', 'pusher:member_removed');
  return n;
}
