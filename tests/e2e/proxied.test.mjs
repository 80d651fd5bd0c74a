// Who a client is when haproxy or nginx stand between.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Authority } from './lib/certificates.mjs';
import { firstMessage, get } from './lib/handshake.mjs';
import { wholeFile } from './lib/program.mjs';
import { APP, pusher } from './lib/servers.mjs';
import { NGINX_UPGRADE, haproxy, nginx, nginxTls, pemFile } from './lib/software.mjs';

const file = wholeFile();
let authority, certificate, ca;
before(() => {
  authority = new Authority(file);
  certificate = authority.issue('good');
  ca = authority.read('ca.pem');
});

// An address of this machine that is not the proxies'.
const localAddress = '127.0.0.3';

// An app that requires TLS, behind trusted proxies.
async function serve(t, ...args) {
  const path = join(authority.folder, 'pusher.json');
  writeFileSync(
    path,
    JSON.stringify({
      trusted_proxies: ['127.0.0.1', '::1'],
      apps: [{ id: APP.appId, key: APP.key, secret: 'mine', require_tls: true }],
    }),
  );
  const program = pusher(['serve', '--config', path, '--listen', '127.0.0.1:0', '-v', ...args]);
  t.after(() => program.stop('SIGKILL'));
  const line = await program.line('out', /^listening on /);
  return { program, port: Number(line.split(':').pop()) };
}

// haproxy on the level of bytes. `server` is what stands behind the server's address.
const haproxyTo = (t, target, { server = '', secure = false } = {}) =>
  haproxy(t, (directory, port) => `
  mode tcp
listen front
  bind 127.0.0.1:${port} ${secure ? `ssl crt ${pemFile(t, certificate)} alpn http/1.1` : ''}
  server pusher 127.0.0.1:${target} ${server}`);

// nginx as docs/server.md has it.
const nginxTo = (t, target, { secure = false } = {}) =>
  nginx(t, (directory, port) => `
    server {
      ${secure ? nginxTls(directory, port, certificate) : `listen 127.0.0.1:${port};`}
      location / {
        proxy_pass http://127.0.0.1:${target};
        ${NGINX_UPGRADE}
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
      }
    }`);

const ESTABLISHED = 'pusher:connection_established';

test('haproxy with send-proxy: the client is named, and not said to speak TLS', async (t) => {
  const server = await serve(t, '--proxy-protocol');
  const front = await haproxyTo(t, server.port, { server: 'send-proxy' });
  assert.equal((await get(front.port, '/healthz', { localAddress })).status, 200);
  await server.program.line('err', /GET \/healthz 200 \(127\.0\.0\.3\)/);
  const refused = await firstMessage(front.port, { localAddress });
  assert.equal(refused.data.code, 4000);
  await server.program.line('err', /4000 .*\(127\.0\.0\.3\)/);
});

test('haproxy with TLS and send-proxy-v2-ssl: the client is named, and TLS is told', async (t) => {
  const server = await serve(t, '--proxy-protocol');
  const secure = await haproxyTo(t, server.port, { server: 'send-proxy-v2-ssl', secure: true });
  assert.equal((await firstMessage(secure.port, { ca, localAddress })).event, ESTABLISHED);
  await server.program.line('err', /opened .* 127\.0\.0\.3\)/);
  const plain = await haproxyTo(t, server.port, { server: 'send-proxy-v2-ssl' });
  assert.equal((await firstMessage(plain.port, { localAddress })).data.code, 4000);
});

test('haproxy that passes TLS on, with a PROXY header before it', async (t) => {
  for (const version of ['send-proxy', 'send-proxy-v2']) {
    const server = await serve(
      t, '--proxy-protocol', '--tls-listen', '127.0.0.1:0',
      '--tls-cert', join(authority.folder, 'good.pem'), '--tls-key', join(authority.folder, 'good.key'),
    );
    const line = await server.program.line('out', /^listening with TLS on /);
    const front = await haproxyTo(t, Number(line.split(':').pop()), { server: version });
    assert.equal((await firstMessage(front.port, { ca, localAddress })).event, ESTABLISHED);
    await server.program.line('err', /opened .* 127\.0\.0\.3\)/);
  }
});

test("haproxy's own checks are no clients", async (t) => {
  const server = await serve(t, '--proxy-protocol');
  const front = await haproxyTo(t, server.port, { server: 'send-proxy-v2 check inter 50ms check-send-proxy' });
  assert.equal((await get(front.port, '/healthz')).status, 200);
  assert.equal(server.program.err.filter((line) => /closed a connection/.test(line)).length, 0);
});

test('without the header nobody gets in', async (t) => {
  const server = await serve(t, '--proxy-protocol');
  const front = await haproxyTo(t, server.port);
  await assert.rejects(get(front.port, '/healthz'));
  await server.program.line('err', /does not begin with a PROXY header/);
});

test('nginx: the headers name the client, whatever that says of itself', async (t) => {
  const server = await serve(t, '--dev-auth');
  const front = await nginxTo(t, server.port);
  const auth = '/pusher/auth?socket_id=1.2&channel_name=private-c';
  assert.equal((await get(front.port, auth, { localAddress })).status, 200);
  await server.program.line('err', /GET \/pusher\/auth 200 \(127\.0\.0\.3\)/);
  const headers = { 'X-Forwarded-For': '192.0.2.1' };
  assert.equal((await get(front.port, auth, { localAddress, headers })).status, 404);
  await server.program.line('err', /GET \/pusher\/auth 404 \(127\.0\.0\.3\)/);
  const claim = { 'X-Forwarded-Proto': 'https', Forwarded: 'for=127.0.0.1;proto=https' };
  assert.equal((await firstMessage(front.port, { localAddress, headers: claim })).data.code, 4000);
});

test('nginx with TLS: X-Forwarded-Proto satisfies an app that requires it', async (t) => {
  const server = await serve(t);
  const front = await nginxTo(t, server.port, { secure: true });
  assert.equal((await firstMessage(front.port, { ca, localAddress })).event, ESTABLISHED);
  await server.program.line('err', /opened .* 127\.0\.0\.3\)/);
});
