// Where the user names a host, no other host is ever contacted: no cluster, no statistics, no scripts.
// Every address that the programs connect or send to is watched, name servers included.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { authEndpoint } from './lib/auth_endpoint.mjs';
import { Authority } from './lib/certificates.mjs';
import { BIN, freePort, serve, terminateTls } from './lib/servers.mjs';
import { Program, run, wholeFile } from './lib/program.mjs';
import { Puppet } from './lib/puppet.mjs';
import { folder, nginx } from './lib/software.mjs';
import { Trace } from './lib/trace.mjs';

const ALL = 'ws,wss,xhr_streaming,xhr_polling,sockjs';

// All that could lead elsewhere: a cluster besides the host, statistics, every transport.
const TEMPTED = { host: '127.0.0.1', cluster: 'eu', enable_stats: true, plain: true, transports: ALL };

const file = wholeFile();
let port, server;
before(async () => {
  ({ port, program: server } = await serve(file, ['--dev-auth', '--verbose']));
});

// A puppet whose contacts are watched.
function tempted(t, options) {
  const trace = new Trace(t);
  return { trace, puppet: new Puppet(t, { ...TEMPTED, ...options, prefix: trace.prefix }) };
}

test('subscribe, by address and by name, with a cluster besides', async (t) => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const trace = new Trace(t);
    const [command, ...args] = [...trace.prefix, BIN, 'subscribe', '--host', host, '--cluster', 'eu',
      '--port', String(port), '--count', '1', 'c', 'private-c'];
    const subscriber = new Program(command, args);
    t.after(() => subscriber.stop('SIGKILL'));
    await subscriber.line('err', /^subscribed to private-c$/);
    assert.equal((await run(BIN, ['trigger', '--port', String(port), 'c', 'e', '1'])).code, 0);
    assert.equal(await subscriber.end(), 0);
    // libcurl tries both addresses of "localhost".
    const others = trace.contacts.filter((contact) => contact !== `[::1]:${port}`);
    assert.deepEqual(others, [`127.0.0.1:${port}`]);
  }
});

test('doctor, with each of its steps', async (t) => {
  const trace = new Trace(t);
  const [command, ...args] = [...trace.prefix, BIN, 'doctor', '--port', String(port), '--cluster', 'eu',
    '--host', '127.0.0.1'];
  const { code, out } = await run(command, args);
  assert.equal(code, 0, out);
  assert.deepEqual(trace.contacts, [`127.0.0.1:${port}`]);
});

test('a WebSocket, a private channel and statistics', async (t) => {
  const { trace, puppet } = tempted(t, { port, tls_port: port });
  puppet.say('1 connect');
  puppet.say('1 subscribe private-c');
  await puppet.sees({ event: 'pusher:subscription_succeeded' });
  await server.line('err', /GET \/timeline\/v2\/\S+ 200/);
  await puppet.end();
  assert.deepEqual(trace.contacts, [`127.0.0.1:${port}`]);
});

test('nothing answers: every transport is tried in vain', async (t) => {
  const closed = await freePort();
  const { trace, puppet } = tempted(t, { port: closed, tls_port: closed, unavailable_timeout: 1000 });
  puppet.say('1 connect');
  await puppet.sees({ connection: 'unavailable' });
  await puppet.end();
  assert.deepEqual(trace.contacts, [`127.0.0.1:${closed}`]);
});

test('WebSockets are blocked: the fallbacks go to the same host', async (t) => {
  let log;
  const gateway = await nginx(t, (directory, listen) => {
    log = join(directory, 'access.log');
    return `server { listen 127.0.0.1:${listen}; access_log ${log};
      location / { proxy_pass http://127.0.0.1:${port}; } }`;
  });
  const tls = await freePort(); // `wss` is tried there, in vain
  const { trace, puppet } = tempted(t, { port: gateway.port, tls_port: tls });
  puppet.say('1 connect');
  await puppet.sees({ connection: 'connected' });
  await puppet.end();
  assert.match(readFileSync(log, 'utf8'), /POST \/pusher\/app\/app-key\/\d+\/\w+\/xhr/);
  const others = trace.contacts.filter((contact) => contact !== `127.0.0.1:${tls}`);
  assert.deepEqual(others, [`127.0.0.1:${gateway.port}`]);
});

test('an app that wants TLS: the same host, by its other port', async (t) => {
  const directory = folder(t);
  const config = join(directory, 'pusher.json');
  writeFileSync(config, JSON.stringify({
    apps: [{ id: 'app-id', key: 'app-key', secret: 'app-secret', require_tls: true }],
  }));
  const strict = await serve(t, ['--config', config]);
  const authority = new Authority(t);
  const tls = await terminateTls(t, authority.issue('good'), port);
  const { trace, puppet } = tempted(t, { port: strict.port, tls_port: tls, ca_file: authority.file });
  puppet.say('1 connect');
  await puppet.sees({ code: 4000 });
  await puppet.sees({ connection: 'connected' });
  await puppet.end();
  assert.deepEqual(trace.contacts, [`127.0.0.1:${strict.port}`, `127.0.0.1:${tls}`].sort());
});

// What the checks above rest on: whoever does contact another host is seen.
test('another host is seen: one that an option names', async (t) => {
  const endpoint = await authEndpoint(t);
  const other = new URL(endpoint.url).port;
  const { trace, puppet } = tempted(t, { port, tls_port: port, auth_endpoint: endpoint.url });
  puppet.say('1 connect');
  puppet.say('1 subscribe private-c');
  await puppet.sees({ event: 'pusher:subscription_succeeded' });
  await puppet.end();
  assert.deepEqual(trace.contacts, [`127.0.0.1:${port}`, `127.0.0.1:${other}`].sort());
});

test('another host is seen: a name that a name server is asked for', async (t) => {
  const trace = new Trace(t);
  const [command, ...args] = [...trace.prefix, BIN, 'subscribe', '--host', 'no-such-host.invalid', '--key', 'k', 'c'];
  assert.equal((await run(command, args)).code, 1);
  assert.ok(trace.contacts.some((contact) => contact.endsWith(':53')), trace.contacts.join(' '));
});
