/* What a page tells, on a page of stubs. */

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { load } from './lib/load.mjs';
import { StubPage, stubPusher } from './lib/stub_page.mjs';

const { installPage } = await load('runtime/page.ts');
const runtimeOf = (page) => stubPusher(installPage, page).pusher.Runtime;

test('the network of a page', () => {
  const page = new StubPage();
  const network = runtimeOf(page).getNetwork();
  const calls = [];
  const online = () => calls.push('online');
  const offline = () => calls.push('offline');
  assert.equal(network.isOnline(), true);
  network.bind('online', online);
  network.bind('offline', offline);
  page.navigator.onLine = false;
  page.dispatch('offline');
  assert.equal(network.isOnline(), false);
  page.dispatch('online');
  assert.deepEqual(calls, ['offline', 'online']);
  network.unbind('online', online);
  assert.equal(page.listeners.online.length, 0);
  assert.equal(page.listeners.offline.length, 1);
  network.unbind();
  assert.equal(page.listeners.offline.length, 0);
});

test('one that throws does not keep others from hearing of the network', () => {
  const network = runtimeOf(new StubPage()).getNetwork();
  let heard = 0;
  network.bind('online', () => {
    throw new Error('mine');
  });
  network.bind('online', () => heard++);
  assert.throws(() => network.emit('online'), /mine/);
  assert.equal(heard, 1);
});

test('local storage, and none where looking is forbidden', () => {
  const page = new StubPage();
  const runtime = runtimeOf(page);
  assert.equal(runtime.getLocalStorage(), undefined);
  page.localStorage = { getItem: () => null };
  assert.equal(runtime.getLocalStorage(), page.localStorage);
  Object.defineProperty(page, 'localStorage', {
    get() {
      throw new Error('SecurityError');
    },
  });
  assert.equal(runtime.getLocalStorage(), undefined);
});

test('the protocol of a page', () => {
  assert.equal(runtimeOf(new StubPage('https:')).getProtocol(), 'https:');
  assert.equal(runtimeOf(new StubPage('http:')).getProtocol(), 'http:');
  assert.equal(runtimeOf(new StubPage('file:')).getProtocol(), 'http:');
});

test('a page is ready when it has a body', () => {
  const page = new StubPage();
  const runtime = runtimeOf(page);
  page.document.body = null;
  let ready = 0;
  runtime.whenReady(() => ready++);
  assert.equal(runtime.isReady(), false);
  page.run();
  assert.equal(ready, 0);
  page.document.body = {};
  page.run();
  assert.equal(ready, 1);
  assert.equal(page.timers.length, 0);
  runtime.whenReady(() => ready++);
  assert.equal(ready, 2);
});

test('listeners hear of each leaving of the page until they are removed', () => {
  const page = new StubPage();
  let left = 0;
  const remove = runtimeOf(page).addUnloadListener(() => left++);
  page.dispatch('pagehide');
  page.dispatch('pagehide');
  assert.equal(left, 2);
  remove();
  page.dispatch('pagehide');
  assert.equal(left, 2);
});

test('sockets and requests come from what the page has, or from what the program has put there', () => {
  const page = new StubPage();
  const runtime = runtimeOf(page);
  assert.throws(() => runtime.createWebSocket('ws://a.test'), /getWebSocketAPI/);
  assert.throws(() => runtime.createXHR(), /getXHRAPI/);
  assert.equal(runtime.isXHRSupported(), false);
  page.MozWebSocket = class {
    constructor(url) {
      this.url = url;
    }
  };
  assert.equal(runtime.createWebSocket('ws://a.test').url, 'ws://a.test');
  page.WebSocket = class {};
  assert.ok(runtime.createWebSocket('ws://a.test') instanceof page.WebSocket);
  page.XMLHttpRequest = class {};
  assert.equal(runtime.isXHRSupported(), false, 'an old one without requests to other hosts');
  page.XMLHttpRequest = class {
    withCredentials = false;
  };
  assert.equal(runtime.isXHRSupported(), true);
  assert.ok(runtime.createXHR() instanceof page.XMLHttpRequest);
  const Own = class {};
  runtime.getXHRAPI = () => Own;
  const { createXHR } = runtime;
  assert.ok(createXHR() instanceof Own, 'without this');
});

test('time', () => {
  const page = new StubPage();
  page.performance = { now: () => 12.5 };
  const runtime = runtimeOf(page);
  assert.equal(runtime.now(), 12.5);
  const before = Date.now();
  assert.ok(runtime.wallClock() >= before);
  let called = 0;
  const id = runtime.setTimeout(() => called++, 5);
  runtime.clearTimeout(id);
  runtime.setTimeout(() => called++, 5);
  page.run(5);
  assert.equal(called, 1);
});

test('random integers are spread over their range and come from the cryptographic source', () => {
  const page = new StubPage();
  const runtime = runtimeOf(page);
  assert.throws(() => runtime.randomInt(10), /Pusher\.Runtime\.randomInt/);
  const numbers = [0xffffffff, 27];
  page.crypto = {
    getRandomValues: (array) => {
      array[0] = numbers.shift();
    },
  };
  assert.equal(runtime.randomInt(10), 7, 'the incomplete end of the range is not used');
  page.crypto = webcrypto;
  const seen = new Set();
  for (let i = 0; i < 1000; i++) {
    const number = runtime.randomInt(7);
    assert.ok(Number.isInteger(number) && number >= 0 && number < 7);
    seen.add(number);
  }
  assert.equal(seen.size, 7);
});

test('without a document nothing is done, and most of it works', () => {
  const { pusher } = stubPusher(installPage, {});
  const runtime = pusher.Runtime;
  assert.equal(runtime.isReady(), true);
  assert.equal(runtime.getProtocol(), 'http:');
  assert.equal(runtime.getDocument(), undefined);
  assert.equal(runtime.isSockJSSupported(), false);
  assert.equal(runtime.getNetwork().isOnline(), true);
  runtime.getNetwork().bind('online', () => {});
  runtime.addUnloadListener(() => {})();
});
