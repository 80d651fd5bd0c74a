/* Node and workers: sockets, requests, and that there is nothing of a page. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { load } from './lib/load.mjs';

const { createNodeRuntime } = await load('runtime/node.ts');
const { createWorkerRuntime } = await load('runtime/worker.ts');
const require = createRequire(import.meta.url);
const ws = require('ws');

/* A runtime on a Node with this WebSocket. */
function nodeWith(WebSocket, loadPackage = require) {
  const runtime = createNodeRuntime(loadPackage);
  runtime.getGlobal = () => ({ WebSocket });
  return runtime;
}

test("Node's own WebSocket comes first, and ws is not looked for", () => {
  const Native = class {};
  const runtime = nodeWith(Native, () => assert.fail('looked for'));
  assert.equal(runtime.getWebSocketAPI(), Native);
  assert.ok(runtime.createWebSocket('ws://a.test') instanceof Native);
});

test('a message there and back through ws', async () => {
  const server = new ws.WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(`got ${data}`)));
  const runtime = nodeWith(undefined);
  const socket = runtime.createWebSocket(`ws://127.0.0.1:${server.address().port}/app/k`);
  assert.equal(runtime.getWebSocketAPI(), runtime.getWebSocketAPI());
  const event = await new Promise((done) => {
    socket.onopen = () => socket.send('hello');
    socket.onmessage = done;
  });
  assert.equal(event.data, 'got hello');
  const closed = new Promise((done) => {
    socket.onclose = done;
  });
  server.clients.forEach((client) => client.close(4200, 'again'));
  const { code, reason, wasClean } = await closed;
  assert.deepEqual({ code, reason, wasClean }, { code: 4200, reason: 'again', wasClean: true });
  server.close();
  await once(server, 'close');
});

test('closing a socket of ws that is still connecting throws nowhere, though nobody listens', async () => {
  const server = new ws.WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const socket = nodeWith(undefined).createWebSocket(`ws://127.0.0.1:${server.address().port}/`);
  const closed = new Promise((done) => {
    socket.onclose = done;
  });
  socket.close();
  assert.equal((await closed).code, 1006);
  server.close();
  await once(server, 'close');
});

test('without a WebSocket the error says what to do', () => {
  const runtime = nodeWith(undefined, () => undefined);
  assert.throws(() => runtime.createWebSocket('ws://a.test'), /npm install ws.*getWebSocketAPI/);
});

for (const [name, runtime] of [['node', createNodeRuntime(require)], ['none', createWorkerRuntime()]]) {
  test(`there is nothing of a page in the platform '${name}'`, async () => {
    assert.equal(runtime.name, name);
    assert.equal(runtime.getGlobal(), globalThis);
    assert.equal(runtime.getDocument(), undefined);
    assert.equal(runtime.getProtocol(), 'http:');
    assert.equal(runtime.getLocalStorage(), undefined);
    assert.equal(runtime.jsonp, undefined);
    assert.equal(runtime.isReady(), true);
    assert.equal(runtime.isXHRSupported(), true);
    assert.equal(runtime.createXHR().constructor.name, 'FetchXHR');
    assert.equal(runtime.getNetwork().isOnline(), true);
    runtime.getNetwork().bind('online', () => {}).unbind('online');
    runtime.addUnloadListener(() => {})();
    assert.equal(runtime.isSockJSSupported(), false);
    const error = await new Promise((done) => runtime.createSockJS('http://a.test', {}, done));
    assert.match(error.message, /SockJS needs a page/);
    if (name === 'node' || globalThis.crypto) assert.ok(runtime.randomInt(3) < 3); // a global since Node 20
    const before = runtime.now();
    await new Promise((done) => runtime.setTimeout(done, 0));
    assert.ok(runtime.now() >= before);
  });
}

test('a worker is known by its global object', () => {
  globalThis.WorkerGlobalScope = class {};
  try {
    assert.equal(createWorkerRuntime().name, 'worker');
  } finally {
    delete globalThis.WorkerGlobalScope;
  }
});
