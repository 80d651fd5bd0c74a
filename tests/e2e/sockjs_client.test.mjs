// The unmodified `sockjs-client` against `pusher serve`: each of its transports that Node or Chromium has.
import test from 'node:test';
import assert from 'node:assert/strict';
import SockJS from 'sockjs-client';

import { APP, serve } from './lib/servers.mjs';
import { browser, emptySite, nodeModule, page } from './lib/browser.mjs';
import { soon, wholeFile } from './lib/program.mjs';

const SOCKJS = nodeModule('sockjs-client/dist/sockjs.js');
const EVENTS = 500; // of 1 kB: more than one stream may hold

const file = wholeFile();
let started;
const chromium = () => (started ??= browser(file));

// Connects, names the app, subscribes, pings, and collects `count` events with n = 0, 1, 2, ... Runs in a
// page, too, so it uses nothing from outside. Resolves with what has happened.
function talk(SockJSClient, { url, transport, path, count }) {
  return new Promise((resolve) => {
    const socket = new SockJSClient(url, null, { transports: transport ? [transport] : undefined });
    const seen = { transport: '', first: '', events: 0, wrong: [], close: undefined, pong: false };
    const send = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => {
      seen.transport = socket.transport;
      send({ path });
    };
    socket.onmessage = ({ data }) => {
      const { event, data: text } = JSON.parse(data);
      seen.first ||= event;
      if (event === 'pusher:connection_established') {
        send({ event: 'pusher:ping', data: {} });
        send({ event: 'pusher:subscribe', data: { channel: 'news' } });
      } else if (event === 'pusher:pong') {
        seen.pong = true;
      } else if (event === 'item') {
        const { n } = JSON.parse(text);
        if (n !== seen.events) seen.wrong.push([seen.events, n]);
        if (++seen.events === count) socket.close();
      }
    };
    socket.onclose = ({ code, reason }) => {
      seen.close = { code, reason };
      resolve(seen);
    };
  });
}

// When somebody has subscribed, unless it is over before.
async function publishAll(port, isOver) {
  const { default: PusherSdk } = await import('pusher');
  const sdk = new PusherSdk({ ...APP, host: '127.0.0.1', port: String(port), useTLS: false });
  for (let channels = {}; !channels.news && !isOver(); ) {
    ({ channels } = await (await sdk.get({ path: '/channels' })).json());
  }
  for (let n = 0; n < EVENTS && !isOver(); n += 10) {
    await sdk.triggerBatch(
      Array.from({ length: 10 }, (_, i) => ({ channel: 'news', name: 'item', data: { n: n + i, text: '<\u2028\u00e9'.padEnd(1000, 'x') } })),
    );
  }
}

const PATH = `/app/${APP.key}?protocol=7&client=js&version=1`;

function check(seen, transport) {
  assert.equal(seen.first, 'pusher:connection_established');
  assert.ok(seen.pong);
  assert.deepEqual(seen.wrong, []);
  assert.equal(seen.events, EVENTS);
  assert.equal(seen.close.code, 1000);
  if (transport) assert.equal(seen.transport, transport);
}

// sockjs-client gives a transport a few hundred milliseconds to open, which may be too few for a machine
// with much else to do: then once more.
async function exchange(port, begin, transport) {
  for (let attempt = 1; ; attempt++) {
    let over = false;
    const talking = begin().finally(() => { over = true; });
    await publishAll(port, () => over);
    const seen = await soon(talking, 'all events', 60_000);
    if (seen.first || attempt === 5) return check(seen, transport);
  }
}

for (const transport of ['websocket', 'xhr-streaming', 'xhr-polling', 'eventsource']) {
  test(`${transport} in Node`, async (t) => {
    const { port } = await serve(t);
    const url = `http://127.0.0.1:${port}/pusher`;
    await exchange(port, () => talk(SockJS, { url, transport, path: PATH, count: EVENTS }), transport);
  });

  test(`${transport} in Node: a wrong key and a wrong first message are told`, async (t) => {
    const { port } = await serve(t);
    const url = `http://127.0.0.1:${port}/pusher`;
    const refused = await soon(talk(SockJS, { url, transport, path: '/app/nobody' }), 'the refusal');
    assert.deepEqual(refused.close, { code: 4001, reason: 'Application does not exist' });
    const lost = await soon(talk(SockJS, { url, transport, path: '/nowhere' }), 'the refusal');
    assert.equal(lost.close.code, 4005);
  });
}

for (const transport of [
  'websocket',
  'xhr-streaming',
  'xhr-polling',
  'eventsource',
  'iframe-eventsource',
  'iframe-xhr-polling',
  'jsonp-polling',
  undefined,
]) {
  test(`${transport ?? 'what it chooses'} in Chromium`, async (t) => {
    const { port } = await serve(t);
    const made = await page(await chromium(), await emptySite(t), [SOCKJS], { 'cdn.jsdelivr.net': SOCKJS });
    const url = `http://127.0.0.1:${port}/pusher`;
    const call = `(${talk})(SockJS, ${JSON.stringify({ url, transport, path: PATH, count: EVENTS })})`;
    await exchange(port, () => made.evaluate(call), transport);
    await made.close();
  });
}
