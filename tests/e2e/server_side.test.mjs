// libpusher-server, through the command and an example, beside the unmodified `pusher` SDK and pusher-js.
import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Pusher from 'pusher';
import PusherJs from 'pusher-js';

import { encryptingApplication, masterKey } from './lib/encryption.mjs';
import { run, soon } from './lib/program.mjs';
import { APP, BIN, pusher, serve } from './lib/servers.mjs';
import { folder } from './lib/software.mjs';
import { webhookReceiver } from './lib/webhook_receiver.mjs';

const WEBHOOK_BIN = process.env.SERVER_SIDE_BIN;

// A connection of pusher-js that the server has closed keeps a timer, and so the process, for half a minute.
after(() => setTimeout(() => process.exit(), 500).unref());

async function ours(args, { env, ...options } = {}) {
  const { code, out, err } = await run(BIN, args, { env, ...options });
  assert.equal(code, 0, err);
  return out;
}

test('what it signs is what the SDK signs', async () => {
  const app = { appId: '1', key: 'a key of "ours"', secret: 'sécret' };
  const key = masterKey();
  const sdk = new Pusher({ ...app, encryptionMasterKeyBase64: key });
  const env = { PUSHER_APP_KEY: app.key, PUSHER_APP_SECRET: app.secret, PUSHER_ENCRYPTION_MASTER_KEY: key };
  const sign = async (...args) => JSON.parse(await ours(['auth', ...args], { env }));
  for (const channel of ['private-a', 'private-encrypted-a', 'private-encrypted-cache-b=,@;.-_', 'private-cache-a']) {
    assert.deepEqual(await sign('12.34', channel), sdk.authorizeChannel('12.34', channel));
  }
  for (const data of [{ user_id: 7 }, { user_id: 'änn', user_info: { name: '"\\\u{1f600}\n', list: [1, null] } }]) {
    const theirs = sdk.authorizeChannel('1.2', 'presence-a', data);
    assert.deepEqual(await sign('1.2', 'presence-a', theirs.channel_data), theirs);
  }
  const user = { id: 'ann', user_info: { name: 'Änn' }, watchlist: ['bob', 'cid'] };
  assert.deepEqual(await sign('--user', '1.2', JSON.stringify(user)), sdk.authenticateUser('1.2', user));
});

test('what it encrypts, pusher-js opens', async (t) => {
  const { port } = await serve(t);
  const application = await encryptingApplication(t, port); // the SDK authorizes: both derive the same keys
  const env = { PUSHER_PORT: String(port), PUSHER_ENCRYPTION_MASTER_KEY: application.masterKey };
  const channelName = 'private-encrypted-orders';
  const client = new PusherJs(APP.key, {
    cluster: '', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'],
    channelAuthorization: { endpoint: application.url },
  });
  t.after(() => client.disconnect());
  const channel = client.subscribe(channelName);
  await soon(new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve)), 'a subscription');
  const opened = [];
  channel.bind('order', (data) => opened.push(data));
  const end = new Promise((resolve) => channel.bind('end', resolve));
  const payloads = [{ text: 'grüße ☃ \u{1f600}' }, 'plain', 7, [1, { a: '"\\' }], 'x'.repeat(6000)];
  await ours(['trigger', channelName, 'order', JSON.stringify(payloads[0])], { env });
  const lines = payloads.slice(1).map((data) => JSON.stringify({
    channel: channelName, event: 'order', data: typeof data === 'string' ? JSON.stringify(data) : data,
  }));
  await ours(['trigger', '--batch'], { env, input: lines.join('\n') });
  await ours(['trigger', channelName, 'end', '{}'], { env });
  await soon(end, 'the last event');
  assert.deepEqual(opened, payloads);
  assert.equal(application.requests.length, 1);
});

test('users: signed in, spoken to, thrown out', async (t) => {
  const { port } = await serve(t);
  const env = { PUSHER_PORT: String(port) };
  const client = new PusherJs(APP.key, {
    cluster: '', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'],
    userAuthentication: {
      customHandler: ({ socketId }, callback) => ours(['auth', '--user', socketId, '{"id":"ann"}'], { env })
        .then((out) => callback(null, JSON.parse(out)), (error) => callback(error, null)),
    },
  });
  t.after(() => client.disconnect());
  const signedIn = new Promise((resolve) => client.bind('pusher:signin_success', resolve));
  const told = new Promise((resolve) => client.user.bind('message', resolve));
  const refused = new Promise((resolve) => client.connection.bind('error', resolve));
  client.signin();
  await soon(signedIn, 'signing in');
  await ours(['trigger', '--to-user', 'bob', 'message', '"not for ann"'], { env });
  await ours(['trigger', '--to-user', 'ann', 'message', '{"text":"hi"}'], { env });
  assert.deepEqual(await soon(told, 'a message'), { text: 'hi' });
  await ours(['terminate', 'bob'], { env });
  assert.equal(client.connection.state, 'connected');
  await ours(['terminate', 'ann'], { env });
  assert.equal((await soon(refused, 'the end')).data.code, 4009);
});

test('it verifies the webhooks of pusher serve', { skip: !WEBHOOK_BIN }, async (t) => {
  const receiver = await webhookReceiver(t);
  const config = join(folder(t), 'config.json');
  writeFileSync(config, JSON.stringify({
    apps: [{ id: APP.appId, key: APP.key, secret: APP.secret, webhooks: [{ url: receiver.url }] }],
  }));
  const { port } = await serve(t, ['--config', config]);
  const verify = ({ rawBody, headers }, secret = APP.secret) => run(WEBHOOK_BIN,
    ['webhook', headers['x-pusher-key'], headers['x-pusher-signature'], headers['content-type']],
    { env: { PUSHER_APP_KEY: APP.key, PUSHER_APP_SECRET: secret }, input: rawBody });
  const subscriber = pusher(['subscribe', '--port', String(port), '--user-id', 'ann', 'presence-room']);
  t.after(() => subscriber.stop('SIGKILL'));
  await receiver.took(2);
  const said = [];
  for (const request of receiver.requests.slice(0, 2)) {
    const { code, out } = await verify(request);
    assert.equal(code, 0);
    said.push(...out.trim().split('\n').map((line) => line.trim()));
    assert.equal((await verify(request, 'another')).out, '401\n');
    assert.equal((await verify({ ...request, rawBody: `${request.rawBody} ` })).out, '401\n');
  }
  assert.deepEqual(said, ['200', 'channel_occupied presence-room', '200', 'member_added presence-room ann']);
});
