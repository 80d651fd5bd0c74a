// Encrypted channels: the `pusher` SDK seals, our client opens, beside pusher-js, and whatever carries them.
import { createHash } from 'node:crypto';
import test, { before } from 'node:test';
import assert from 'node:assert/strict';
import PusherJs from 'pusher-js';

import { encryptingApplication, masterKey } from './lib/encryption.mjs';
import { run, wholeFile } from './lib/program.mjs';
import { Puppet } from './lib/puppet.mjs';
import { APP, BIN, pusher, serve, soketi } from './lib/servers.mjs';

const CHANNEL = 'private-encrypted-news';

// One server for all.
const file = wholeFile();
let port;
before(async () => {
  ({ port } = await serve(file));
});

// Our client, subscribed.
async function reader(t, server, application, options = {}) {
  const puppet = new Puppet(t, {
    key: APP.key, host: '127.0.0.1', port: server, http_port: server, plain: true,
    auth_endpoint: application.url, transports: 'ws', ...options,
  });
  puppet.say('1 connect');
  puppet.say(`1 subscribe ${CHANNEL}`);
  await puppet.sees({ event: 'pusher:subscription_succeeded' });
  return puppet;
}

const dataOf = (puppet) => puppet.told.filter(({ event }) => event === 'news').map(({ data }) => data);

const PAYLOADS = [{ text: 'grüße ☃ \u{1f600}' }, 'plain', '', '"quoted"', 7, null, true, [1, 2, 3],
  { quotes: '\\"', long: 'x'.repeat(6000) }];

for (const transport of ['ws', 'xhr_streaming', 'xhr_polling', 'sockjs']) {
  test(`what the SDK seals is opened, over ${transport}`, async (t) => {
    const application = await encryptingApplication(t, port);
    const puppet = await reader(t, port, application, { transports: transport });
    for (const payload of PAYLOADS) await application.sdk.trigger(CHANNEL, 'news', payload);
    await application.sdk.trigger(CHANNEL, 'end', {});
    await puppet.sees({ event: 'end' });
    assert.deepEqual(dataOf(puppet).map((data) => JSON.parse(data)), PAYLOADS);
    assert.equal(application.requests.length, 1);
  });
}

test('pusher-js reads the same', async (t) => {
  const application = await encryptingApplication(t, port);
  const puppet = await reader(t, port, application);
  const client = new PusherJs(APP.key, {
    cluster: '', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'],
    channelAuthorization: { endpoint: application.url },
  });
  t.after(() => client.disconnect());
  const channel = client.subscribe(CHANNEL);
  await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
  const theirs = [];
  channel.bind('news', (data) => theirs.push(data));
  const end = new Promise((resolve) => channel.bind('end', resolve));
  for (const payload of PAYLOADS) await application.sdk.trigger(CHANNEL, 'news', payload);
  await application.sdk.trigger(CHANNEL, 'end', {});
  await puppet.sees({ event: 'end' });
  await end;
  // It gives nothing at all for what is falsy.
  const ours = dataOf(puppet).map((data) => JSON.parse(data));
  assert.deepEqual(ours.map((data) => data || undefined), theirs);
});

test('a new master key is noticed, and the order is kept', async (t) => {
  const application = await encryptingApplication(t, port);
  const puppet = await reader(t, port, application);
  const sent = [];
  for (let round = 0; round < 3; round += 1) {
    for (let i = 0; i < 20; i += 1) {
      sent.push(sent.length);
      await application.sdk.trigger(CHANNEL, 'news', sent.at(-1));
    }
    // A key that is gone before anybody could ask for it opens nothing.
    await puppet.sees({ event: 'news', data: String(sent.at(-1)) });
    application.rotate();
  }
  await application.sdk.trigger(CHANNEL, 'end', {});
  await puppet.sees({ event: 'end' });
  assert.deepEqual(dataOf(puppet).map(Number), sent);
  assert.equal(application.requests.length, 4);
  assert.deepEqual(puppet.told.filter(({ log }) => log?.includes('decrypt')), []);
});

test('a burst behind a new key waits for it, with one request', async (t) => {
  const application = await encryptingApplication(t, port);
  const puppet = await reader(t, port, application);
  application.rotate();
  for (const first of [0, 10]) {
    await application.sdk.triggerBatch(
      Array.from({ length: 10 }, (_, i) => ({ channel: CHANNEL, name: 'news', data: first + i })));
  }
  await application.sdk.trigger(CHANNEL, 'end', {});
  await puppet.sees({ event: 'end' });
  assert.deepEqual(dataOf(puppet).map(Number), [...Array(20).keys()]);
  assert.equal(application.requests.length, 2);
});

test('without a new key events are lost, and the log says which', async (t) => {
  const application = await encryptingApplication(t, port);
  const puppet = await reader(t, port, application);
  application.rotate();
  application.refusal = 403;
  await application.sdk.trigger(CHANNEL, 'news', 1);
  await puppet.sees(({ log }) => log?.includes("Unable to decrypt event 'news'"));
  application.refusal = undefined;
  await application.sdk.trigger(CHANNEL, 'news', 2);
  await puppet.sees({ event: 'news', data: '2' });
  assert.deepEqual(dataOf(puppet), ['2']);
});

test('reconnecting brings a new key', async (t) => {
  const own = await serve(t);
  const application = await encryptingApplication(t, own.port);
  const puppet = await reader(t, own.port, application);
  await own.stop();
  application.rotate();
  const from = puppet.told.length;
  await serve(t, [], { port: own.port });
  await puppet.sees({ event: 'pusher:subscription_succeeded' }, from);
  await application.sdk.trigger(CHANNEL, 'news', 'again');
  await puppet.sees({ event: 'news', data: '"again"' });
  assert.equal(application.requests.length, 2);
});

test('the development endpoint gives keys', async (t) => {
  const own = await serve(t, ['--dev-auth']);
  const key = createHash('sha256').update(`dev-auth:${APP.secret}`).digest('base64');
  const { sdk } = await encryptingApplication(t, own.port, key);
  const puppet = await reader(t, own.port, { url: '/pusher/auth' });
  await sdk.trigger(CHANNEL, 'news', { text: 'hi' });
  await puppet.sees({ event: 'news', data: '{"text":"hi"}' });
});

test('soketi carries them, too', async (t) => {
  const server = await soketi(t);
  const application = await encryptingApplication(t, server.port);
  const puppet = await reader(t, server.port, application);
  await application.sdk.trigger(CHANNEL, 'news', { text: 'hi' });
  application.rotate();
  await application.sdk.trigger(CHANNEL, 'news', { text: 'again' });
  await puppet.sees({ event: 'news', data: '{"text":"again"}' });
  assert.deepEqual(dataOf(puppet), ['{"text":"hi"}', '{"text":"again"}']);
});

test('the command opens what it has the master key of', async (t) => {
  const application = await encryptingApplication(t, port);
  const program = pusher(['subscribe', '--port', String(port), '--json', '--count', '2', CHANNEL, 'private-x'],
    { env: { PUSHER_ENCRYPTION_MASTER_KEY: application.masterKey } });
  t.after(() => program.stop('SIGKILL'));
  await program.line('err', /^subscribed to private-encrypted-news/);
  await program.line('err', /^subscribed to private-x/);
  await application.sdk.trigger(CHANNEL, 'news', { text: 'hi' });
  await application.sdk.trigger('private-x', 'news', 'plain');
  assert.equal(await program.end(), 0);
  assert.deepEqual(program.out.map((line) => JSON.parse(line).data), [{ text: 'hi' }, 'plain']);
});

test('the command opens what an endpoint has the key of', async (t) => {
  const application = await encryptingApplication(t, port);
  const program = pusher(['subscribe', '--port', String(port), '--count', '2', '--auth-endpoint', application.url,
    CHANNEL]);
  t.after(() => program.stop('SIGKILL'));
  await program.line('err', /^subscribed to /);
  await application.sdk.trigger(CHANNEL, 'news', 'one');
  application.rotate();
  await application.sdk.trigger(CHANNEL, 'news', 'two');
  assert.equal(await program.end(), 0);
  assert.deepEqual(program.out.map((line) => line.split(/\s+/).at(-1)), ['"one"', '"two"']);
});

test('the command wants a master key, and one that is right', async () => {
  const subscribe = (...args) => run(BIN, ['subscribe', '--port', String(port), ...args, CHANNEL]);
  const none = await subscribe();
  assert.equal(none.code, 2);
  assert.match(none.err, /private-encrypted-news is encrypted; give --auth-endpoint, or .*--encryption-master-key/);
  for (const wrong of ['abc', masterKey().slice(4), `${masterKey()}=`]) {
    const refused = await subscribe('--encryption-master-key', wrong);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /base64 of exactly 32 bytes/);
    assert.ok(!refused.err.includes(wrong), 'a key is not printed');
  }
});
