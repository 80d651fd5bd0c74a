// The native client through TLS: certificates that it must accept, and those that it must not.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Authority } from './lib/certificates.mjs';
import { BIN, pusher, serve, terminateTls } from './lib/servers.mjs';
import { run, wholeFile } from './lib/program.mjs';

const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };

// The tests share an authority, a server and one TLS port for each certificate.
const file = wholeFile();
let authority, ports;
before(async () => {
  authority = new Authority(file);
  const { port } = await serve(file);
  const certificates = {
    good: authority.issue('good'),
    expired: authority.issue('expired', { expired: true }),
    elsewhere: authority.issue('elsewhere', { names: 'DNS:example.com' }),
    self: authority.selfSigned('self'),
  };
  ports = {};
  for (const [name, certificate] of Object.entries(certificates)) {
    ports[name] = await terminateTls(file, certificate, port);
  }
});

const at = (name, ...args) => ['--tls', '--port', String(ports[name]), ...args];
const trusted = () => ['--ca-file', authority.file];

// Subscribes and triggers through TLS; both must work.
async function works(t, name, ...args) {
  const program = pusher(['subscribe', ...at(name, ...args), '--count', '1', 'c']);
  t.after(() => program.stop('SIGKILL'));
  await program.line('err', /^subscribed to c$/);
  const trigger = await run(BIN, ['trigger', ...at(name, ...args), 'c', 'e', '1']);
  assert.equal(trigger.code, 0, trigger.err);
  assert.equal(await program.end(), 0);
  return program;
}

// Both must fail, and say why.
async function refused(name, message, ...args) {
  for (const verb of [['subscribe', 'c'], ['trigger', 'c', 'e', '1']]) {
    const { code, out, err } = await run(BIN, [verb[0], ...at(name, ...args), ...verb.slice(1)]);
    assert.equal(code, 1, `${verb[0]}: ${err}`);
    assert.match(err, message, verb[0]);
    assert.equal(out, '');
  }
}

test('a certificate of the given authority', (t) => works(t, 'good', ...trusted()));

test('the same by name', (t) => works(t, 'good', ...trusted(), '--host', 'localhost'));

test('an authority that nobody named', () => refused('good', /certificate/));

test('a self-signed certificate', () => refused('self', /certificate/, ...trusted()));

test('an expired certificate', () => refused('expired', /expired/, ...trusted()));

test('a certificate for another host', () => refused('elsewhere', /127\.0\.0\.1/, ...trusted()));

// OpenSSL as it comes refuses that by itself; here it is told not to, by a configuration of its own.
test('a server that speaks TLS 1.1 at most', async (t) => {
  const port = await terminateTls(t, { ...authority.issue('old'), ...OLD_TLS }, 1);
  const configuration = join(authority.folder, 'permissive.cnf');
  writeFileSync(configuration, [
    'openssl_conf = all', '[all]', 'ssl_conf = ssl', '[ssl]', 'system_default = permissive', '[permissive]',
    'MinProtocol = TLSv1', 'CipherString = ALL:@SECLEVEL=0', ''].join('\n'));
  const env = { OPENSSL_CONF: configuration };
  const openssl = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', authority.file], { env });
  assert.match(openssl.out, /TLSv1\.1/); // so there is something to refuse
  for (const verb of [['subscribe', 'c'], ['trigger', 'c', 'e', '1']]) {
    const args = [verb[0], '--tls', '--port', String(port), ...trusted(), ...verb.slice(1)];
    const { code, err } = await run(BIN, args, { env });
    assert.equal(code, 1, err);
    assert.match(err, /version/, verb[0]);
  }
});

test('the right pin, and a wrong one', async (t) => {
  await works(t, 'good', ...trusted(), '--pin', authority.pin('good'));
  await refused('good', /pin/, ...trusted(), '--pin', authority.pin('self'));
});

test('--insecure accepts anything, and says so', async (t) => {
  const program = await works(t, 'self', '--insecure');
  assert.match(program.err[0], /^warning: --insecure/);
});

test('a plain port is not mistaken for TLS', async (t) => {
  const { port } = await serve(t);
  const { code, err } = await run(BIN, ['subscribe', '--tls', '--port', String(port), 'c']);
  assert.equal(code, 1);
  assert.match(err, /TLS/);
});
