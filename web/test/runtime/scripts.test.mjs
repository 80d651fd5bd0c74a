/* Script tags, receivers, the dependency loader and SockJS, on a page of stubs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './lib/load.mjs';
import { StubPage, stubPusher } from './lib/stub_page.mjs';

const { installPage } = await load('runtime/page.ts');
const { ScriptReceiverFactory } = await load('runtime/script_receivers.ts');

/* A place for all of a loader's answers. */
function recorder() {
  const answers = [];
  return { answers, callback: (error, done) => answers.push({ error, done }) };
}

test('receivers are numbered from 1 and fire once', () => {
  const factory = new ScriptReceiverFactory('_prefix_', 'Some.Name');
  const calls = [];
  const first = factory.create((...args) => calls.push(['first', ...args]));
  const second = factory.create((...args) => calls.push(['second', ...args]));
  assert.deepEqual([first.number, first.id, first.name], [1, '_prefix_1', 'Some.Name[1]']);
  assert.deepEqual([second.number, second.id, second.name], [2, '_prefix_2', 'Some.Name[2]']);
  factory[2](null, { a: 1 });
  factory[2](null, { a: 2 });
  second.callback('late');
  first.callback('failed');
  assert.deepEqual(calls, [['second', null, { a: 1 }], ['first', 'failed', undefined]]);
  factory.remove(second);
  assert.equal(factory[2], undefined);
  assert.equal(typeof factory[1], 'function');
});

test('a page has the statics that programs know', () => {
  const { pusher } = stubPusher(installPage);
  assert.equal(pusher.ScriptReceivers.create(() => {}).name, 'Pusher.ScriptReceivers[1]');
  assert.equal(pusher.ScriptReceivers.create(() => {}).id, '_pusher_script_2');
  assert.equal(pusher.DependenciesReceivers.create(() => {}).name, 'Pusher.DependenciesReceivers[1]');
  assert.equal(pusher.DependenciesReceivers.create(() => {}).id, '_pusher_dependencies2');
  assert.deepEqual(pusher.auth_callbacks, {});
  assert.ok(pusher.Dependencies instanceof pusher.DependencyLoader);
});

test('roots and paths', () => {
  const { pusher, page } = stubPusher(installPage);
  const loader = new pusher.DependencyLoader({
    cdn_http: 'http://cdn.test//', cdn_https: 'https://secure.test/x/', version: '2.2.4', suffix: '.min',
  });
  assert.equal(loader.getRoot({}), 'http://cdn.test/2.2.4');
  assert.equal(loader.getRoot({ useTLS: true }), 'https://secure.test/x/2.2.4');
  assert.equal(loader.getRoot({ encrypted: true }), 'https://secure.test/x/2.2.4');
  assert.equal(loader.getPath('sockjs', {}), 'http://cdn.test/2.2.4/sockjs.min.js');
  page.document.location.protocol = 'https:';
  assert.equal(loader.getPath('sockjs', {}), 'https://secure.test/x/2.2.4/sockjs.min.js');
  page.document.location.protocol = 'http:';
  const secureOnly = new pusher.DependencyLoader({ cdn_https: 'https://cdn.test', version: '1' });
  assert.equal(secureOnly.getPath('sockjs'), 'https://cdn.test/1/sockjs.js');
  const bare = new pusher.DependencyLoader({
    cdn_http: 'http://cdn.test', cdn_https: 'https://cdn.test', version: '1',
  });
  assert.equal(bare.getPath('sockjs'), 'http://cdn.test/1/sockjs.js');
});

test('files are beside the script, else at the host that is connected to, and never elsewhere', () => {
  const place = { folder: 'https://site.test/assets/', suffix: '.min' };
  const beside = stubPusher(installPage, new StubPage(), place).pusher;
  assert.equal(beside.dependency_suffix, '.min');
  assert.equal(beside.Dependencies.getPath('sockjs', { origin: 'https://h.test' }),
               'https://site.test/assets/sockjs.min.js');
  const bundled = stubPusher(installPage).pusher;
  assert.equal(bundled.Dependencies.getPath('sockjs', { origin: 'https://h.test:8443' }),
               'https://h.test:8443/js/1.2.3/sockjs.js');
  assert.throws(() => bundled.Dependencies.getPath('sockjs', {}), /No place is known.*Pusher\.Dependencies/);
  beside.cdn_http = 'http://own.test';
  beside.cdn_https = 'https://own.test';
  beside.dependency_suffix = '';
  assert.equal(beside.Dependencies.getPath('sockjs', {}), 'http://own.test/1.2.3/sockjs.js');
  assert.equal(beside.Dependencies.getPath('sockjs', { useTLS: true }), 'https://own.test/1.2.3/sockjs.js');
});

test('hosts that the build names', async () => {
  const page = await load('runtime/page.ts', {
    __CDN_HTTP__: '"http://js.test"', __CDN_HTTPS__: '"https://js.test"', __DEPENDENCY_SUFFIX__: '".min"',
  });
  const { pusher } = stubPusher(page.installPage);
  assert.equal(pusher.cdn_http, 'http://js.test');
  assert.equal(pusher.cdn_https, 'https://js.test');
  assert.equal(pusher.Dependencies.getPath('sockjs', { useTLS: true }),
               'https://js.test/1.2.3/sockjs.min.js');
});

test('a script tag as it stands in the head', () => {
  const { pusher, page } = stubPusher(installPage, new StubPage(), { folder: 'http://a.test/', suffix: '' });
  const older = page.document.createElement('meta');
  page.head.insertBefore(older, null);
  pusher.Dependencies.load('sockjs', {}, () => {});
  assert.equal(page.scripts.length, 2);
  const [script, meta] = page.scripts;
  assert.equal(meta, older);
  const { tagName, id, type, charset, async, src } = script;
  assert.deepEqual({ tagName, id, type, charset, async, src }, {
    tagName: 'script', id: '_pusher_dependencies1', type: 'text/javascript', charset: 'UTF-8', async: true,
    src: 'http://a.test/sockjs.js',
  });
});

test('loads at the same time share a script tag; afterwards a file is fetched anew', () => {
  const { pusher, page } = stubPusher(installPage, new StubPage(), { folder: 'http://a.test', suffix: '' });
  const { answers, callback } = recorder();
  pusher.Dependencies.load('sockjs', {}, callback);
  pusher.Dependencies.load('sockjs', {}, callback);
  pusher.Dependencies.load('other', {}, callback);
  assert.equal(page.scripts.length, 2);
  const script = page.scripts[1];
  script.onload();
  assert.deepEqual(answers.map(({ error }) => error), [null, null]);
  answers[0].done(true);
  assert.ok(page.scripts.includes(script));
  answers[1].done(false);
  assert.ok(!page.scripts.includes(script));
  pusher.Dependencies.load('sockjs', {}, callback);
  assert.equal(page.scripts[0].id, '_pusher_dependencies3');
  assert.equal(pusher.DependenciesReceivers[1], undefined);
});

test('a file that fails is taken out and fetched anew', () => {
  const { pusher, page } = stubPusher(installPage, new StubPage(), { folder: 'http://a.test', suffix: '' });
  const { answers, callback } = recorder();
  pusher.Dependencies.load('sockjs', {}, callback);
  page.scripts[0].onerror();
  assert.equal(answers[0].error, 'Error loading http://a.test/sockjs.js');
  assert.equal(page.scripts.length, 0);
  assert.equal(page.timers.length, 0);
  pusher.Dependencies.load('sockjs', {}, callback);
  assert.equal(page.scripts.length, 1);
});

test('a file is not waited for longer than 30 seconds', () => {
  const { pusher, page } = stubPusher(installPage, new StubPage(), { folder: 'http://a.test', suffix: '' });
  const { answers, callback } = recorder();
  pusher.Dependencies.load('sockjs', {}, callback);
  const script = page.scripts[0];
  page.run(29999);
  assert.equal(answers.length, 0);
  page.run(30000);
  assert.equal(answers[0].error, 'Error loading http://a.test/sockjs.js: no answer within 30 seconds');
  assert.equal(page.scripts.length, 0);
  pusher.Dependencies.load('sockjs', {}, callback);
  script.onload();
  assert.equal(answers.length, 1);
});

test('a policy that forbids script tags, and no place at all, are errors like others', async () => {
  const { pusher, page } = stubPusher(installPage);
  const error = (request) => new Promise((done) => pusher.Dependencies.load('sockjs', request, done));
  page.head.insertBefore = () => {
    throw new TypeError('forbidden');
  };
  assert.equal(await error({ origin: 'http://a.test' }),
               'Error loading http://a.test/js/1.2.3/sockjs.js: TypeError: forbidden');
  const nowhere = error({});
  page.run();
  assert.match(await nowhere, /^No place is known/);
  assert.equal(page.timers.length, 0);
});

test('all callbacks of a load are called, then the first error is thrown', () => {
  const { pusher, page } = stubPusher(installPage, new StubPage(), { folder: 'http://a.test', suffix: '' });
  const { answers, callback } = recorder();
  pusher.Dependencies.load('sockjs', {}, () => {
    throw new Error('mine');
  });
  pusher.Dependencies.load('sockjs', {}, callback);
  assert.throws(() => page.scripts[0].onload(), /mine/);
  assert.equal(answers.length, 1);
});

class StubSockJS {
  constructor(...args) {
    this.args = args;
  }
}

function createSockJS(pusher, url, options = {}) {
  const calls = [];
  pusher.Runtime.createSockJS(url, options, (error, socket) => calls.push({ error, socket }));
  return calls;
}

test('SockJS is loaded when it is needed, once', () => {
  const { pusher, page } = stubPusher(installPage);
  const calls = createSockJS(pusher, 'https://h.test:6001/pusher', { ignoreNullOrigin: true });
  assert.equal(page.scripts[0].src, 'https://h.test:6001/js/1.2.3/sockjs.js');
  page.SockJS = StubSockJS;
  page.scripts[0].onload();
  assert.equal(calls[0].error, null);
  assert.deepEqual(calls[0].socket.args, ['https://h.test:6001/pusher', null, {
    js_path: 'https://h.test:6001/js/1.2.3/sockjs.js', ignore_null_origin: true,
  }]);
  const again = createSockJS(pusher, 'http://h.test/pusher');
  assert.equal(again.length, 0);
  page.run();
  assert.ok(again[0].socket instanceof StubSockJS);
  assert.equal(page.scripts.length, 1);
});

test('SockJS through a loader of the program', () => {
  const { pusher, page } = stubPusher(installPage);
  pusher.Dependencies = new pusher.DependencyLoader({
    cdn_http: 'http://own.test', cdn_https: 'https://own.test', version: '9', suffix: '.min',
  });
  createSockJS(pusher, 'http://h.test/pusher');
  assert.equal(page.scripts[0].src, 'http://own.test/9/sockjs.min.js');
  assert.equal(page.scripts[0].id, '_pusher_script_1');
  page.scripts[0].onerror();
  createSockJS(pusher, 'https://h.test/pusher');
  assert.equal(page.scripts[0].src, 'https://own.test/9/sockjs.min.js');
});

test('SockJS that can not be had', () => {
  const { pusher, page } = stubPusher(installPage);
  const failed = createSockJS(pusher, 'http://h.test/pusher');
  page.scripts[0].onerror();
  assert.equal(failed[0].error.message, 'Error loading http://h.test/js/1.2.3/sockjs.js');
  const empty = createSockJS(pusher, 'http://h.test/pusher');
  page.scripts[0].onload();
  assert.match(empty[0].error.message, /sockjs\.js was loaded, but it does not set the global SockJS/);
  assert.equal(page.scripts.length, 0);
  page.SockJS = class {
    constructor() {
      throw new Error('insecure');
    }
  };
  const refused = createSockJS(pusher, 'http://h.test/pusher');
  page.run();
  assert.equal(refused[0].error.message, 'insecure');
});

test('where a script is and what it is called', async () => {
  const { currentScriptPlace, modulePlace } = await load('runtime/script_place.ts');
  const places = [
    ['https://a.test/js/1.2.3/pusher.js', { folder: 'https://a.test/js/1.2.3/', suffix: '' }],
    ['https://a.test/js/1.2/pusher.min.js?v=1#x', { folder: 'https://a.test/js/1.2/', suffix: '.min' }],
    ['http://a.test/pusher.nowasm.min.js', { folder: 'http://a.test/', suffix: '.min' }],
    ['http://a.test/pusher-with-encryption.worker.min.js', { folder: 'http://a.test/', suffix: '.min' }],
    ['http://a.test/pusher-with-chat.js', undefined],
    ['http://a.test/pusher.external.js', { folder: 'http://a.test/', suffix: '' }],
    ['http://a.test/assets/main.3f2a.js', undefined],
    ['http://a.test/pusher-app.js', undefined],
  ];
  for (const [url, place] of places) {
    assert.deepEqual(modulePlace(url), place, url);
    globalThis.document = { currentScript: { src: url } };
    assert.deepEqual(currentScriptPlace(), place, url);
  }
  globalThis.document = { currentScript: { src: 'file:///home/a/pusher.js' } };
  assert.deepEqual(currentScriptPlace(), { folder: 'file:///home/a/', suffix: '' });
  globalThis.document = { currentScript: null };
  assert.equal(currentScriptPlace(), undefined);
  delete globalThis.document;
  assert.equal(currentScriptPlace(), undefined);
  assert.equal(modulePlace('file:///build/node_modules/pusher-c/pusher.esm.js'), undefined);
  assert.equal(modulePlace(undefined), undefined);
});
