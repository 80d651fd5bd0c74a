// Requests that want what is not theirs, on real sockets.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { signingClient, subscribed } from './lib/signing_client.mjs';
import { APP, serve } from './lib/servers.mjs';
import { soon } from './lib/program.mjs';

// A request of the HTTP API, signed as its app would. { status, body }
async function api(port, app, method, path, body = '', headers = {}) {
  const bytes = Buffer.from(body);
  const parameters = [
    `auth_key=${app.key}`, `auth_timestamp=${Math.floor(Date.now() / 1000)}`, 'auth_version=1.0',
    ...(bytes.length ? [`body_md5=${createHash('md5').update(bytes).digest('hex')}`] : []),
  ].join('&');
  const signature = createHmac('sha256', app.secret).update(`${method}\n${path}\n${parameters}`).digest('hex');
  const answer = await fetch(`http://127.0.0.1:${port}${path}?${parameters}&auth_signature=${signature}`, {
    method, headers, ...(bytes.length ? { body: bytes } : {}),
  });
  return { status: answer.status, body: await answer.text() };
}

const EVENT = JSON.stringify({ name: 'e', channel: 'presence-a', data: '"x"' });

const ROUTES = [
  ['POST', 'events', EVENT],
  ['POST', 'batch_events', `{"batch":[${EVENT}]}`],
  ['GET', 'channels'],
  ['GET', 'channels/presence-a'],
  ['GET', 'channels/presence-a/users'],
  ['POST', 'users/ann/terminate_connections', '{}'],
];

test('nothing of one app is in reach of another one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-e2e-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'pusher.json');
  const apps = [{ id: '1', key: 'one', secret: 'secret-1' }, { id: '2', key: 'two', secret: 'secret-2' }];
  writeFileSync(config, JSON.stringify({ apps }));
  const { port } = await serve(t, ['--config', config]);
  const client = signingClient(t, port, { ...apps[0], user: 'ann' });
  const channel = await subscribed(client, 'presence-a');
  const heard = [];
  channel.bind('e', (data) => heard.push(data));

  // With the own key; with the other app's key and the own secret; with the key of nobody.
  const attackers = [apps[1], { key: 'one', secret: 'secret-2' }, { key: 'three', secret: 'secret-1' }, { key: '', secret: '' }];
  for (const attacker of attackers) {
    for (const [method, path, body] of ROUTES) {
      const { status, body: text } = await api(port, attacker, method, `/apps/1/${path}`, body);
      assert.equal(status, 401, `${attacker.key} ${path}: ${text}`);
      assert.ok(!text.includes('ann') || path.includes('ann'), text);
    }
  }
  // Its own app knows nothing of it.
  assert.deepEqual(JSON.parse((await api(port, apps[1], 'GET', '/apps/2/channels')).body), { channels: {} });
  assert.equal((await api(port, apps[1], 'POST', '/apps/2/events', EVENT)).status, 200);
  // The right one is heard, and is the first to be.
  const event = new Promise((resolve) => channel.bind('e', resolve));
  assert.equal((await api(port, apps[0], 'POST', '/apps/1/events', EVENT)).status, 200);
  await soon(event, 'the event of the own app');
  assert.deepEqual(heard, ['x']);
});

// A WebSocket handshake that offers compression: { headers, socket }.
async function offerCompression(port) {
  const request = http.get({
    port, host: '127.0.0.1', agent: false, path: `/app/${APP.key}?protocol=7`,
    headers: {
      Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    },
  });
  const [response, socket, head] = await soon(once(request, 'upgrade'), 'a handshake');
  return { headers: response.headers, socket, bytes: [head] };
}

test('no compression is agreed on, and none is taken', async (t) => {
  const { port } = await serve(t);
  const { headers, socket, bytes } = await offerCompression(port);
  t.after(() => socket.destroy());
  assert.equal(headers['sec-websocket-extensions'], undefined);
  socket.on('data', (piece) => bytes.push(piece)).on('error', () => {});
  const bomb = gzipSync(Buffer.alloc(10_000)).subarray(10, -8); // what permessage-deflate would send
  socket.write(Buffer.concat([Buffer.from([0xc1, 0x80 | bomb.length, 0, 0, 0, 0]), bomb])); // FIN, RSV1, text
  await soon(once(socket, 'close'), 'the end');
  const all = Buffer.concat(bytes);
  const close = all.lastIndexOf(0x88);
  assert.equal(all.readUInt16BE(close + 2), 1002);

  // Bodies are what they are: this one is no JSON, and as large as it says.
  const body = gzipSync(JSON.stringify({ name: 'e', channel: 'c', data: 'x'.repeat(100_000) }));
  const { status } = await api(port, APP, 'POST', `/apps/${APP.appId}/events`, body, { 'Content-Encoding': 'gzip' });
  assert.equal(status, 400);
});

test('a page from elsewhere gets no signature, whatever its browser leaves out', async (t) => {
  const { port } = await serve(t, ['--dev-auth']);
  const query = 'socket_id=1.2&channel_name=private-a';
  const ask = async (path, headers, form) => {
    const request = http.request({
      host: '127.0.0.1', port, path, agent: false, method: form ? 'POST' : 'GET', headers: { Host: `localhost:${port}`, ...headers },
    });
    const [response] = await soon(once(request.end(form), 'response'), path);
    response.resume();
    return response.statusCode;
  };
  const foreign = [
    { Origin: 'https://evil.example' }, { Referer: 'https://evil.example/' }, { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' }, { Host: `evil.example:${port}` }, // DNS rebinding
    { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}`, 'Sec-Fetch-Site': 'same-origin' },
  ];
  for (const endpoint of ['/pusher/auth', '/pusher/user-auth']) {
    for (const headers of [...foreign, {}]) {
      assert.equal(await ask(`${endpoint}?callback=f&${query}`, headers), 403, `${endpoint} ${JSON.stringify(headers)}`);
    }
    for (const headers of foreign) assert.equal(await ask(endpoint, headers, query), 403, `${endpoint} ${JSON.stringify(headers)}`);
    assert.equal(await ask(`${endpoint}?callback=f&${query}`, { Referer: `http://localhost:${port}/` }), 200);
    assert.equal(await ask(endpoint, {}, query), 200);
  }
  for (const headers of foreign) {
    assert.equal(await ask('/demo/publish', headers, EVENT), 403);
    assert.equal(await ask('/demo/auth', headers, query), 403);
  }
});
