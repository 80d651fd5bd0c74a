// `pusher serve --dev-auth` in the place of an application's endpoints, for the unmodified `pusher-js`; the
// `pusher` SDK publishes.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import PusherSdk from 'pusher';

import { APP, pusher, serve } from './lib/servers.mjs';
import { client, next, subscribed } from './lib/pusher_js.mjs';

// As docs/server.md says, and as it is made.
const MANUAL = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8');
const MASTER_KEY = createHash('sha256').update(`dev-auth:${APP.secret}`).digest('base64');

const sdkFor = (port) =>
  new PusherSdk({ ...APP, host: '127.0.0.1', port: String(port), useTLS: false, encryptionMasterKeyBase64: MASTER_KEY });

const endpoints = (port, user) => ({
  channelAuthorization: { endpoint: `http://127.0.0.1:${port}/pusher/auth`, params: { user_id: user } },
  userAuthentication: {
    endpoint: `http://127.0.0.1:${port}/pusher/user-auth`,
    params: { user_id: user, user_info: '{"name":"The user"}', watchlist: 'bob, eve' },
  },
});

test('encrypted channels: the key is the one of the manual', async (t) => {
  assert.ok(MANUAL.includes(MASTER_KEY));
  const { port } = await serve(t, ['--dev-auth']);
  const channel = await subscribed(client(t, port, endpoints(port, 'ann')), 'private-encrypted-news');
  const event = next(channel, 'greeting');
  const native = pusher([
    'subscribe', '--port', String(port), '--auth-batch', '--auth-endpoint', `http://127.0.0.1:${port}/pusher/auth`,
    '--verbose', 'private-encrypted-news', 'private-encrypted-other',
  ]);
  t.after(() => native.stop('SIGKILL'));
  const heard = native.line('out', /greeting/);
  await native.line('err', /subscription_succeeded.*private-encrypted-news/);
  await sdkFor(port).trigger('private-encrypted-news', 'greeting', { text: 'hi' });
  assert.deepEqual(await event, { text: 'hi' });
  assert.match(await heard, /^private-encrypted-news\s+greeting\s+{"text":"hi"}/);
});

test('users sign in as whoever they want to be', async (t) => {
  const { port } = await serve(t, ['--dev-auth']);
  const ann = client(t, port, endpoints(port, 'ann'));
  ann.signin();
  await ann.user.signinDonePromise;
  assert.deepEqual(ann.user.user_data, { id: 'ann', user_info: { name: 'The user' }, watchlist: ['bob', 'eve'] });
  const greeting = next(ann.user, 'greeting');
  await sdkFor(port).sendToUser('ann', 'greeting', { text: 'hi' });
  assert.deepEqual(await greeting, { text: 'hi' });
  const online = next(ann.user.watchlist, 'online');
  client(t, port, endpoints(port, 'bob')).signin();
  assert.deepEqual((await online).user_ids, ['bob']);
});
