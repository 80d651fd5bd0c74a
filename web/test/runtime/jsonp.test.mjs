/* Requests by script tags, on a page of stubs. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { load } from './lib/load.mjs';
import { stubPusher } from './lib/stub_page.mjs';

let pusher;
let page;
let calls;
const done = (error, data) => calls.push({ error, data });

beforeEach(async () => {
  const { installPage } = await load('runtime/page.ts');
  ({ pusher, page } = stubPusher(installPage));
  calls = [];
});

const START = "http://a.test/auth?callback=Pusher.auth_callbacks%5B'";
const END = "'%5D&socket_id=1.2&token=secret";
const authorize = () => pusher.Runtime.jsonp('auth', START, END, done);

test('an authorization by a script', () => {
  authorize();
  const script = page.scripts[0];
  assert.equal(script.src, `${START}1${END}`);
  assert.equal(script.id, undefined);
  page.Pusher.auth_callbacks['1']({ auth: 'k:s' });
  page.Pusher.auth_callbacks['1']({ auth: 'twice' });
  script.onload();
  assert.deepEqual(calls, [{ error: null, data: { auth: 'k:s' } }]);
  assert.equal(page.scripts.length, 0);
  assert.deepEqual(pusher.auth_callbacks, {});
  authorize();
  assert.equal(page.scripts[0].src, `${START}2${END}`);
});

test('statistics by a script', () => {
  pusher.Runtime.jsonp('stats', 'http://s.test/timeline/v2/jsonp/', '?session=MQ%3D%3D', done);
  const script = page.scripts[0];
  assert.equal(script.src, 'http://s.test/timeline/v2/jsonp/1?session=MQ%3D%3D');
  assert.equal(script.id, '_pusher_script_1');
  page.Pusher.ScriptReceivers[1](null, { host: 'other.test' });
  script.onload();
  assert.deepEqual(calls, [{ error: null, data: { host: 'other.test' } }]);
  assert.equal(pusher.ScriptReceivers[1], undefined);
});

test('receivers that the program has put in place are used', () => {
  pusher.ScriptReceivers = new pusher.ScriptReceiverFactory('_mine_', 'Mine');
  pusher.Runtime.jsonp('stats', 'http://s.test/', '', done);
  assert.equal(page.scripts[0].id, '_mine_1');
});

test('an error of the answer', () => {
  pusher.Runtime.jsonp('stats', 'http://s.test/', '', done);
  page.Pusher.ScriptReceivers[1]('full');
  assert.deepEqual(calls, [{ error: 'full', data: undefined }]);
});

test('scripts that fail or do not call back are errors, which tell no query', () => {
  authorize();
  page.scripts[0].onerror();
  authorize();
  page.scripts[0].onload();
  assert.deepEqual(calls.map(({ error }) => error.message), [
    'Error loading http://a.test/auth', 'http://a.test/auth was loaded, but did not call its callback',
  ]);
  assert.deepEqual(pusher.auth_callbacks, {});
});

test('who gives up hears nothing more, and a late script finds what it calls', () => {
  const giveUp = authorize();
  const script = page.scripts[0];
  giveUp();
  page.Pusher.auth_callbacks['1']({ auth: 'late' });
  script.onload();
  assert.deepEqual(calls, []);
  assert.deepEqual(pusher.auth_callbacks, {});
  const giveUpAgain = authorize();
  giveUpAgain();
  page.scripts[0].onerror();
  assert.deepEqual(calls, []);
});

test('a program without a global Pusher gets one at the first request', () => {
  delete page.Pusher;
  authorize();
  assert.equal(page.Pusher, pusher);
});

test('the callbacks of another library of that name are used, and none of its numbers', () => {
  const ScriptReceivers = new pusher.ScriptReceiverFactory('_p', 'P');
  page.Pusher = { auth_callbacks: { 1: () => {} }, ScriptReceivers };
  authorize();
  assert.equal(page.scripts[0].src, `${START}2${END}`);
  page.Pusher.auth_callbacks[2]({ auth: 'k:s' });
  assert.deepEqual(calls, [{ error: null, data: { auth: 'k:s' } }]);
});

test('where answers can not come there is an error', () => {
  page.Pusher = {};
  authorize();
  assert.equal(page.scripts.length, 0);
  page.run();
  assert.match(calls[0].error.message, /the global Pusher is something else/);
  page.document = undefined;
  page.Pusher = pusher;
  authorize();
  page.run();
  assert.match(calls[1].error.message, /no document/);
});
