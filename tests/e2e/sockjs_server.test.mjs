// Our transport `sockjs` against a SockJS server of others: npm's.
import test from 'node:test';
import assert from 'node:assert/strict';

import { application } from './lib/application.mjs';
import { serve } from './lib/servers.mjs';
import { Puppet } from './lib/puppet.mjs';
import { sockjsBridge } from './lib/sockjs_bridge.mjs';
import { until } from './lib/program.mjs';

const EVENTS = 1000;
const BATCH = 10; // events of one publish

// Two clients behind the bridge, subscribed to the channel; and the SDK for what an application does.
async function chat(t, channel) {
  const { port } = await serve(t, ['--dev-auth']);
  const bridge = await sockjsBridge(t, port);
  const puppet = new Puppet(t, {
    host: '127.0.0.1',
    port: bridge.port,
    plain: true,
    transports: 'sockjs',
    auth_endpoint: `http://127.0.0.1:${port}/pusher/auth`,
    clients: 2,
  });
  const sdk = application(port);
  for (const client of [1, 2]) {
    puppet.say(`${client} subscribe ${channel}`);
    puppet.say(`${client} connect`);
    await puppet.sees({ client, channel, event: 'pusher:subscription_succeeded' });
  }
  assert.equal(puppet.transport(), 'sockjs');
  return { puppet, sdk, bridge };
}

test('a public channel: a thousand events, in order', async (t) => {
  const { puppet, sdk, bridge } = await chat(t, 'numbers');
  for (let n = 0; n < EVENTS; n += BATCH) {
    await sdk.triggerBatch(Array.from({ length: BATCH }, (_, i) =>
      ({ channel: 'numbers', name: 'number', data: String(n + i) })));
  }
  const got = (client) => puppet.told
    .filter((line) => line.client === client && line.event === 'number')
    .map((line) => Number(line.data));
  await until(() => got(1).length >= EVENTS && got(2).length >= EVENTS, 'all events');
  const wanted = Array.from({ length: EVENTS }, (_, n) => n);
  assert.deepEqual(got(1), wanted);
  assert.deepEqual(got(2), wanted);
  assert.equal(puppet.told.filter((line) => line.connection === 'connected').length, 2);
  assert(bridge.requests.some((url) => /^\/pusher\/info/.test(url)), 'nobody asked for /info');
  assert.equal(await puppet.end(), 0);
});

test('a private channel: client events both ways, in order', async (t) => {
  const { puppet } = await chat(t, 'private-chat');
  for (const [from, to] of [[1, 2], [2, 1]]) {
    for (let n = 1; n <= 5; n++) puppet.say(`${from} trigger private-chat client-n ${n}`);
    await puppet.sees({ client: to, event: 'client-n', data: '5' });
    const got = puppet.told.filter((line) => line.client === to && line.event === 'client-n');
    assert.deepEqual(got.map((line) => line.data), ['1', '2', '3', '4', '5']);
  }
});

test('a presence channel: who comes and who goes', async (t) => {
  const { puppet } = await chat(t, 'presence-room');
  await puppet.sees({ client: 1, event: 'pusher:member_added' });
  puppet.say('2 disconnect');
  await puppet.sees({ client: 1, event: 'pusher:member_removed' });
});

test('a key that is not known is refused for good', async (t) => {
  const { port } = await serve(t, ['--dev-auth']);
  const bridge = await sockjsBridge(t, port);
  const puppet = new Puppet(t, {
    key: 'nobody', host: '127.0.0.1', port: bridge.port, plain: true, transports: 'sockjs',
  });
  puppet.say('1 connect');
  assert.equal((await puppet.sees({ connection: 'error' })).code, 4001);
  await puppet.sees({ connection: 'disconnected' });
});
