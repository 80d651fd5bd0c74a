// The TLS listener of `pusher serve`.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { join } from 'node:path';
import net from 'node:net';
import tls from 'node:tls';

import { Authority } from './lib/certificates.mjs';
import { firstMessage, get } from './lib/handshake.mjs';
import { Program, run, soon, wholeFile } from './lib/program.mjs';
import { APP, BIN, pusher } from './lib/servers.mjs';

const file = wholeFile();
let authority, ca;
before(() => {
  authority = new Authority(file);
  authority.issue('good');
  authority.issue('expired', { expired: true });
  ca = authority.read('ca.pem');
});

const at = (name) => join(authority.folder, name);
const port = (line) => Number(line.split(':').pop());

// With a plain and a TLS listener, ready; ends with the test.
async function serve(t, args = ['--tls-cert', at('good.pem'), '--tls-key', at('good.key')], options) {
  const program = pusher(
    ['serve', '--listen', '127.0.0.1:0', '--tls-listen', '127.0.0.1:0', ...args],
    options,
  );
  t.after(() => program.stop('SIGKILL'));
  return {
    program,
    tls: port(await program.line('out', /^listening with TLS on /)),
    plain: port(await program.line('out', /^listening on /)),
  };
}

function configuration(name, settings) {
  const app = { id: APP.appId, key: APP.key, secret: 'mine', ...settings.app };
  delete settings.app;
  writeFileSync(at(name), JSON.stringify({ ...settings, apps: [app] }));
  return ['--config', at(name), '--tls-cert', at('good.pem'), '--tls-key', at('good.key')];
}

async function publish(server, channel, event, data) {
  const { code, err } = await run(BIN, ['trigger', '--port', String(server.plain), channel, event, data]);
  assert.equal(code, 0, err);
}

const openssl = (port, ...args) =>
  run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', at('ca.pem'), ...args], { input: '' });

async function certificateOf(port) {
  const socket = tls.connect({ host: '127.0.0.1', port, ca });
  await soon(once(socket, 'secureConnect'), 'a handshake');
  const { fingerprint256, issuer } = socket.getPeerCertificate();
  socket.destroy();
  return { fingerprint256, issuer };
}

test('the native client, over wss and https', async (t) => {
  const server = await serve(t);
  const where = ['--tls', '--port', String(server.tls), '--ca-file', at('ca.pem')];
  const program = pusher(['subscribe', ...where, '--count', '2', 'c']);
  t.after(() => program.stop('SIGKILL'));
  await program.line('err', /^subscribed to c$/);
  const trigger = await run(BIN, ['trigger', ...where, 'c', 'over-tls', '1']);
  assert.equal(trigger.code, 0, trigger.err);
  await publish(server, 'c', 'plain', '2');
  assert.equal(await program.end(), 0);
  assert.deepEqual(program.out, ['c over-tls 1', 'c plain 2']);
});

for (const transport of ['ws', 'xhr_streaming', 'xhr_polling']) {
  test(`pusher-js by ${transport}, with the authority in NODE_EXTRA_CA_CERTS`, async (t) => {
    const server = await serve(t);
    const script = fileURLToPath(new URL('lib/pusher_js_client.mjs', import.meta.url));
    const program = new Program(process.execPath, [script, String(server.tls), 'c', transport], {
      env: { NODE_EXTRA_CA_CERTS: at('ca.pem') },
    });
    t.after(() => program.stop('SIGKILL'));
    await program.line('out', /^subscribed$/);
    await publish(server, 'c', 'hello', '{"x":"' + 'y'.repeat(9000) + '"}');
    assert.equal(await program.end(), 0);
    assert.match(program.out.at(-1), /^hello \{"x":"y{9000}"\}$/);
  });
}

test('openssl agrees with TLS 1.3 and 1.2, and gets nothing older', async (t) => {
  const server = await serve(t);
  for (const version of ['1_3', '1_2']) {
    const { code, out, err } = await openssl(server.tls, `-tls${version}`, '-alpn', 'http/1.1', '-verify_return_error');
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`TLSv${version.replace('_', '.')}`));
    assert.match(out, /Verification: OK/);
    assert.match(out, /ALPN protocol: http\/1\.1/);
    assert.match(out, /Secure Renegotiation IS (NOT )?supported/);
  }
  const old = await openssl(server.tls, '-tls1_1', '-cipher', 'ALL@SECLEVEL=0');
  assert.notEqual(old.code, 0);
  assert.match(old.err, /alert protocol version/);
  const weak = await openssl(server.tls, '-tls1_2', '-cipher', 'AES128-SHA:ECDHE-RSA-AES128-SHA');
  assert.notEqual(weak.code, 0);
  assert.match(weak.err, /handshake failure/);
});

test('a session is resumed with a ticket', async (t) => {
  const server = await serve(t);
  const first = tls.connect({ host: '127.0.0.1', port: server.tls, ca });
  const [session] = await soon(once(first, 'session'), 'a ticket');
  first.destroy();
  const second = tls.connect({ host: '127.0.0.1', port: server.tls, ca, session });
  await soon(once(second, 'secureConnect'), 'a handshake');
  assert.equal(second.isSessionReused(), true);
  second.destroy();
});

test('an app that requires TLS refuses plain connections with 4000', async (t) => {
  const server = await serve(t, configuration('required.json', { app: { require_tls: true } }));
  const refused = await firstMessage(server.plain);
  assert.equal(refused.event, 'pusher:error');
  assert.equal(refused.data.code, 4000);
  assert.equal((await firstMessage(server.tls, { ca })).event, 'pusher:connection_established');
});

test('plain HTTP on the TLS port is told so', async (t) => {
  const server = await serve(t);
  const { status, body } = await get(server.tls, '/');
  assert.equal(status, 400);
  assert.match(body, /speaks TLS/);
});

test('slow handshakes are cut, and others are served meanwhile', async (t) => {
  const server = await serve(t, configuration('hasty.json', { tls_timeout_ms: 300 }));
  const slow = Array.from({ length: 50 }, () => net.connect(server.tls, '127.0.0.1'));
  const ends = slow.map((socket) => once(socket.on('error', () => {}).resume(), 'close'));
  slow.forEach((socket, i) => i % 2 && socket.write(Buffer.from('160301', 'hex')));
  assert.equal((await get(server.tls, '/healthz', { ca })).status, 200);
  await soon(Promise.all(ends), 'the end of all handshakes');
});

test('SIGHUP changes the certificate; connections and a bad file change nothing', async (t) => {
  for (const end of ['pem', 'key']) copyFileSync(at(`good.${end}`), at(`live.${end}`));
  const server = await serve(t, ['--tls-cert', at('live.pem'), '--tls-key', at('live.key')]);
  const subscriber = pusher(['subscribe', '--tls', '--port', String(server.tls), '--ca-file', at('ca.pem'), 'c']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed to c$/);
  const old = await certificateOf(server.tls);

  const renewed = authority.issue('renewed');
  writeFileSync(at('live.pem'), renewed.cert);
  server.program.child.kill('SIGHUP');
  await server.program.line('err', /live\.key: this key does not belong .*; the certificate from before stays in use/);
  assert.deepEqual(await certificateOf(server.tls), old);

  writeFileSync(at('live.key'), renewed.key);
  server.program.child.kill('SIGHUP');
  await server.program.line('err', /new connections get the new certificate/);
  assert.notDeepEqual(await certificateOf(server.tls), old);

  await publish(server, 'c', 'still', '1');
  await subscriber.line('out', /^c still 1$/);
  assert.equal(subscriber.err.filter((line) => /^connected/.test(line)).length, 1);
  assert.equal(await server.program.stop(), 0);
});

test('files that can not be used are named', async () => {
  const listen = ['serve', '--tls-listen', '127.0.0.1:0'];
  for (const [cert, key, message] of [
    ['nowhere.pem', 'good.key', /nowhere\.pem: the TLS certificate can't be read: No such file/],
    ['good.pem', 'expired.key', /expired\.key: this key does not belong/],
    ['expired.pem', 'expired.key', /expired\.pem: this certificate expired on .*renew it/],
    ['good.key', 'good.key', /good\.key: there is no certificate in this file/],
    ['good.pem', 'good.pem', /good\.pem: there is no private key in this file/],
  ]) {
    const { code, out, err } = await run(BIN, [...listen, '--tls-cert', at(cert), '--tls-key', at(key)]);
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, message);
  }
  const { code, err } = await run(BIN, listen);
  assert.equal(code, 1);
  assert.match(err, /tls_listen needs a certificate/);
});

test('--tls-dev makes a certificate that its file lets clients trust', async (t) => {
  const cache = at('cache');
  mkdirSync(cache);
  const env = { XDG_RUNTIME_DIR: '', XDG_CACHE_HOME: cache, XDG_DATA_HOME: '', CAROOT: '', HOME: cache };
  const server = await serve(t, ['--tls-dev'], { env });
  const path = join(cache, 'pusher', 'dev-certificate.pem');
  assert.match(await server.program.line('out', /--ca-file/), new RegExp(`${path}$`));
  const found = await get(server.tls, '/healthz', { ca: readFileSync(path) });
  assert.equal(found.body, 'ok\n');
  const where = ['--tls', '--host', 'localhost', '--port', String(server.tls), '--ca-file', path];
  const { code, err } = await run(BIN, ['trigger', ...where, 'c', 'e', '1']);
  assert.equal(code, 0, err);
});

test("--tls-dev signs with mkcert's authority where there is one", async (t) => {
  const folder = at('mkcert');
  mkdirSync(folder);
  copyFileSync(at('ca.pem'), join(folder, 'rootCA.pem'));
  copyFileSync(at('ca.key'), join(folder, 'rootCA-key.pem'));
  const server = await serve(t, ['--tls-dev', '--tls-dev-cert', at('trust.pem')], { env: { CAROOT: folder } });
  assert.equal((await certificateOf(server.tls)).issuer.CN, 'Test authority');
  assert.equal(authority.read('trust.pem').trim(), ca.trim());
});

test('what is for development stays on this machine', async () => {
  const args = ['--app', '1:2:3', '--tls-dev', '--tls-listen', '0.0.0.0:0', '--tls-dev-cert', at('unused.pem')];
  const { code, err } = await run(BIN, ['serve', ...args]);
  assert.equal(code, 1);
  assert.match(err, /refusing to listen on 0\.0\.0\.0:0 with tls_dev/);
});
