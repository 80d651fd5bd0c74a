// Cache channels, subscription counts, tokens and rates of `pusher serve`, with the unmodified
// `pusher` SDK and `pusher-js`.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sdk from 'pusher';

import { APP, BIN, pusher, serve } from './lib/servers.mjs';
import { authEndpoint } from './lib/auth_endpoint.mjs';
import { client, next, subscribed } from './lib/pusher_js.mjs';
import { run } from './lib/program.mjs';

const sdkFor = (port, app = APP) => new Sdk({ ...APP, ...app, host: '127.0.0.1', port: String(port), useTLS: false });

// A server whose app has these settings.
function serveWith(t, settings) {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-e2e-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pusher.json');
  writeFileSync(file, JSON.stringify({
    apps: [{ id: APP.appId, key: APP.key, secret: APP.secret, ...settings }],
  }));
  return serve(t, ['--config', file]);
}

// What a channel gets from its subscription on: names and data.
function listen(channel) {
  const events = [];
  channel.bind_global((name, data) => events.push([name, data]));
  return events;
}

test('a cache channel: a miss, then the last event for who comes later', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  const early = client(t, port).subscribe('cache-prices');
  await next(early, 'pusher:cache_miss');
  for (const price of [1, 2]) {
    const event = next(early, 'price');
    await sdk.trigger('cache-prices', 'price', { price });
    assert.deepEqual(await event, { price });
  }
  const late = client(t, port).subscribe('cache-prices');
  const events = listen(late);
  assert.deepEqual(await next(late, 'price'), { price: 2 });
  assert.deepEqual(events.map(([name]) => name), ['pusher:subscription_succeeded', 'price']);
});

test('it stays when everybody has gone, also for our own client', async (t) => {
  const { port } = await serve(t);
  const sdk = sdkFor(port);
  await sdk.trigger('cache-prices', 'price', { price: 7 });
  const program = pusher(['subscribe', '--port', String(port), '--json', '--count', '1', 'cache-prices']);
  t.after(() => program.stop('SIGKILL'));
  assert.equal(await program.end(), 0);
  assert.deepEqual(JSON.parse(program.out[0]),
    { channel: 'cache-prices', event: 'price', data: { price: 7 } });
  const answer = await (await sdk.get({ path: '/channels/cache-prices', params: { info: 'cache' } })).json();
  assert.equal(answer.occupied, false);
  assert.equal(answer.cache.data, '{"price":7}');
  assert.ok(answer.cache.ttl > 1700 && answer.cache.ttl <= 1800, answer.cache.ttl);
  const told = await run(BIN, ['channels', '--port', String(port), '--info', 'cache', 'cache-prices']);
  assert.match(told.out, /^cache +\{"data":"\{\\"price\\":7\}","ttl":\d+\}$/m);
  const nothing = await sdk.get({ path: '/channels/cache-other', params: { info: 'cache' } });
  assert.deepEqual(await nothing.json(), { occupied: false, cache: null });
  await assert.rejects(sdk.get({ path: '/channels/prices', params: { info: 'cache' } }), { status: 400 });
});

test('private, presence and encrypted cache channels', async (t) => {
  const { port } = await serve(t);
  const encryptionMasterKeyBase64 = Buffer.alloc(32, 7).toString('base64');
  const sdk = sdkFor(port, { encryptionMasterKeyBase64 });
  const endpoint = await authEndpoint(t, {
    answer: ({ socket_id: id, channel_name: name }) => {
      const user = name.startsWith('presence-') ? { user_id: 'ann' } : undefined;
      return [200, JSON.stringify(sdk.authorizeChannel(id, name, user))];
    },
  });
  const options = { channelAuthorization: { endpoint: endpoint.url, transport: 'ajax' } };
  for (const name of ['private-cache-a', 'presence-cache-a', 'private-encrypted-cache-a']) {
    const early = client(t, port, options).subscribe(name);
    await next(early, 'pusher:cache_miss');
    await sdk.trigger(name, 'e', { name });
    const late = client(t, port, options).subscribe(name);
    const events = listen(late);
    assert.deepEqual(await next(late, 'e'), { name });
    assert.deepEqual(events.map(([event]) => event), ['pusher:subscription_succeeded', 'e']);
  }
});

test('subscription counts', async (t) => {
  const { port } = await serveWith(t, { subscription_count: true });
  const one = client(t, port).subscribe('news');
  assert.deepEqual(await next(one, 'pusher:subscription_count'), { subscription_count: 1 });
  const joined = next(one, 'pusher:subscription_count');
  const other = client(t, port);
  const two = other.subscribe('news');
  const events = listen(two);
  assert.deepEqual(await next(two, 'pusher:subscription_count'), { subscription_count: 2 });
  assert.deepEqual(events.map(([name]) => name),
    ['pusher:subscription_succeeded', 'pusher:subscription_count']);
  assert.deepEqual(await joined, { subscription_count: 2 });
  assert.equal(one.subscriptionCount, 2);
  const left = next(one, 'pusher:subscription_count');
  other.disconnect();
  assert.deepEqual(await left, { subscription_count: 1 });
  const answer = await sdkFor(port).trigger('news', 'e', {}, { info: 'subscription_count' });
  assert.deepEqual(await answer.json(), { channels: { news: { subscription_count: 1 } } });
});

test('tokens: a new pair of key and secret beside the old one', async (t) => {
  const fresh = { key: 'new-key', secret: 'new-secret' };
  const { port } = await serveWith(t, { tokens: [fresh] });
  const oldEndpoint = await authEndpoint(t);
  const options = { channelAuthorization: { endpoint: oldEndpoint.url, transport: 'ajax' } };
  const changed = await subscribed(client(t, port, options, fresh.key), 'private-a');
  const behind = await subscribed(client(t, port, options), 'private-a');
  for (const app of [APP, fresh]) {
    const seen = [changed, behind].map((channel) => next(channel, 'e'));
    await sdkFor(port, app).trigger('private-a', 'e', { key: app.key });
    assert.deepEqual(await Promise.all(seen), [{ key: app.key }, { key: app.key }]);
  }
  const mixed = sdkFor(port, { key: fresh.key, secret: APP.secret });
  await assert.rejects(mixed.trigger('a', 'e', {}), { status: 401 });
});

test('rates of the HTTP API', async (t) => {
  const { port } = await serveWith(t, { max_backend_events_per_second: 1, max_read_requests_per_second: 1 });
  const sdk = sdkFor(port);
  // A batch of so many takes its time to be paid back, however slow this machine is.
  await sdk.triggerBatch(Array.from({ length: 10 }, () => ({ channel: 'a', name: 'e', data: '' })));
  const refusal = await sdk.trigger('a', 'e', {}).catch((error) => error);
  assert.equal(refusal.status, 429);
  const refused = await fetch(refusal.url, { method: 'POST', body: JSON.stringify({ name: 'e', data: '{}', channels: ['a'] }) });
  assert.equal(refused.status, 429);
  const seconds = Number(refused.headers.get('retry-after'));
  assert.ok(seconds > 0 && seconds <= 10, refused.headers.get('retry-after'));
  // Of many questions at one moment not all are answered.
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => sdk.get({ path: '/channels' }).then(() => 200, (error) => error.status)),
  );
  assert.deepEqual([...new Set(answers)].sort(), [200, 429]);
});
