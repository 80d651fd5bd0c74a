// Statistics of the native client, taken by our own server.
import test from 'node:test';
import assert from 'node:assert/strict';

import { APP, serve } from './lib/servers.mjs';
import { Puppet } from './lib/puppet.mjs';

test('a client that is asked to sends statistics, and the server takes them', async (t) => {
  const server = await serve(t, ['--verbose']);
  const client = new Puppet(t, {
    key: APP.key, host: '127.0.0.1', port: server.port, plain: true, enable_stats: true,
  });
  client.say('1 connect');
  await client.sees({ connection: 'connected' });
  await server.program.line('err', /GET \/timeline\/v2\/xhr\/2 200/);
});

test('a client that is not asked to sends none', async (t) => {
  const server = await serve(t, ['--verbose']);
  const client = new Puppet(t, { key: APP.key, host: '127.0.0.1', port: server.port, plain: true });
  client.say('1 connect');
  await client.sees({ connection: 'connected' });
  assert.equal(await client.end(), 0);
  await server.program.line('err', / is gone/);
  assert.ok(!server.program.err.some((line) => line.includes('/timeline/')));
});
