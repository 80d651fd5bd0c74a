// No secret in logs, output and answers: the server and the command go through all that has to do with secrets,
// with every line of their logs switched on, and then these are looked for.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import http, { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Pusher from 'pusher-js';
import PusherSdk from 'pusher';

import { authEndpoint } from './lib/auth_endpoint.mjs';
import { BIN, freePort, pusher, serve } from './lib/servers.mjs';
import { run, soon, until } from './lib/program.mjs';
import { webhookReceiver } from './lib/webhook_receiver.mjs';

// Each is found only where it has been leaked.
const secret = (name) => `${name}-${randomBytes(9).toString('hex')}`;

// None of the texts, nor what they are in base64 or in a URL, and no signature, must be in there.
function assertSilent(what, lines, secrets) {
  const text = [lines].flat().join('\n');
  assert.ok(text.length > 0, `${what} says nothing at all`);
  for (const [name, value] of Object.entries(secrets)) {
    const forms = [value, Buffer.from(value).toString('base64').replace(/=+$/, ''), encodeURIComponent(value)];
    for (const form of forms) assert.ok(!text.includes(form), `${what} shows ${name}:\n${text}`);
  }
  assert.doesNotMatch(text, /[0-9a-f]{64}/, `${what} shows a signature`);
}

const happened = (emitter, event) => new Promise((resolve) => emitter.bind(event, resolve));

test('the log and the answers of the server', async (t) => {
  const secrets = {
    'the secret': secret('app'),
    'the secret of a token': secret('token'),
    'the password of a webhook': secret('password'),
    'the query of a webhook': secret('query'),
    'a header of a webhook': secret('bearer'),
    'the key of encrypted channels': randomBytes(32).toString('base64'),
    'a message': secret('message'),
  };
  const receiver = await webhookReceiver(t, { app: { appId: '1', key: 'k', secret: secrets['the secret'] }, answer: (number) => (number === 0 ? 500 : 200) });
  const url = receiver.url.replace('://', `://user:${secrets['the password of a webhook']}@`);
  const webhook = (where) => ({
    url: `${where}?q=${secrets['the query of a webhook']}`,
    headers: { 'X-Token': secrets['a header of a webhook'] },
    retry_ms: 2000,
  });
  const folder = mkdtempSync(join(tmpdir(), 'pusher-e2e-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'pusher.json');
  writeFileSync(config, JSON.stringify({
    dev_auth: true,
    apps: [{
      id: '1', key: 'k', secret: secrets['the secret'],
      tokens: [{ key: 'k2', secret: secrets['the secret of a token'] }],
      webhooks: [webhook(url), webhook(`http://user:${secrets['the password of a webhook']}@127.0.0.1:${await freePort()}/`)],
    }],
  }));
  const { port, program, stop } = await serve(t, ['--verbose', '--config', config]);
  const sdkWith = (options) => new PusherSdk({
    appId: '1', key: 'k', secret: secrets['the secret'], host: '127.0.0.1', port: String(port), useTLS: false,
    encryptionMasterKeyBase64: secrets['the key of encrypted channels'], ...options,
  });
  const sdk = sdkWith({});

  // Clients: every kind of channel, signing in, and each in vain.
  const client = new Pusher('k', {
    cluster: '', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'],
    channelAuthorization: {
      customHandler: ({ socketId, channelName }, callback) =>
        callback(null, channelName === 'private-wrong'
          ? { auth: `k:${'0'.repeat(64)}` }
          : sdk.authorizeChannel(socketId, channelName, channelName.startsWith('presence-') ? { user_id: 'u' } : undefined)),
    },
    userAuthentication: { customHandler: ({ socketId }, callback) => callback(null, sdk.authenticateUser(socketId, { id: 'u' })) },
  });
  t.after(() => client.disconnect());
  for (const name of ['private-a', 'presence-a', 'private-encrypted-a']) {
    await soon(happened(client.subscribe(name), 'pusher:subscription_succeeded'), name);
  }
  await soon(happened(client.subscribe('private-wrong'), 'pusher:subscription_error'), 'a refusal');
  client.signin();
  await soon(client.user.signinDonePromise, 'signing in');

  // The application's server, with both secrets, and with a wrong one.
  for (const options of [{}, { key: 'k2', secret: secrets['the secret of a token'] }]) {
    const event = happened(client.channel('private-encrypted-a'), 'e');
    assert.equal((await sdkWith(options).trigger('private-encrypted-a', 'e', secrets['a message'])).status, 200);
    assert.equal(await soon(event, 'an event'), secrets['a message']);
  }
  const answers = [];
  const refusal = await sdkWith({ secret: 'wrong' }).trigger('a', 'e', '1').catch((error) => error);
  assert.equal(refusal.status, 401);
  // What one sends oneself is repeated, signature and all; what it should have been is not.
  answers.push(refusal.body.replace(/[0-9a-f]{64}/, ''));
  await sdk.terminateUserConnections('nobody');
  const form = new URLSearchParams({ socket_id: '1.2', channel_name: 'private-encrypted-a' });
  assert.equal((await fetch(`http://127.0.0.1:${port}/pusher/auth`, { method: 'POST', body: form })).status, 200);
  for (const path of ['/', '/health', '/demo/settings.js', '/nothing', '/apps/1/channels', '/apps/2/channels']) {
    answers.push(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());
  }
  await receiver.took(3);
  await program.line('err', /gave up/);
  program.child.kill('SIGHUP');
  await stop();
  assertSilent('the log', program.err, secrets);
  assertSilent('what it prints', program.out, secrets);
  assertSilent('an answer', answers, secrets);
});

// An HTTP proxy that wants a password; ends with the test.
async function proxy(t, password) {
  const sockets = new Set();
  const wanted = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
  const server = createServer();
  let passed = 0;
  server.on('connect', (request, socket) => {
    sockets.add(socket.on('error', () => {}));
    if (request.headers['proxy-authorization'] !== wanted) {
      return socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="p"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    passed++;
    const [host, port] = request.url.split(':');
    const other = net.connect(port, host).on('error', () => socket.destroy());
    sockets.add(other);
    socket.write('HTTP/1.1 200 Fine\r\n\r\n');
    return socket.pipe(other).pipe(socket);
  });
  server.on('request', (request, response) => {
    if (request.headers['proxy-authorization'] !== wanted) {
      return response.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="p"', Connection: 'close' }).end();
    }
    passed++;
    const { 'proxy-authorization': own, ...headers } = request.headers;
    const onward = http.request(request.url, { method: request.method, headers }, (answer) => {
      answer.pipe(response.writeHead(answer.statusCode, answer.headers));
    });
    return request.pipe(onward.on('error', () => response.destroy()));
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return { port: server.address().port, passed: () => passed };
}

test('what the command prints, with --verbose', async (t) => {
  const { port } = await serve(t);
  const way = secret('password');
  const through = await proxy(t, way);
  const masterKey = randomBytes(32).toString('base64');
  const endpointSdk = new PusherSdk({ appId: 'app-id', key: 'app-key', secret: 'app-secret', cluster: 'none', encryptionMasterKeyBase64: masterKey });
  let down = false;
  const endpoint = await authEndpoint(t, {
    answer: ({ socket_id: socket, channel_name: channel }) => down
      ? [500, secrets['the answer of an endpoint']]
      : [200, JSON.stringify(endpointSdk.authorizeChannel(socket, channel, channel.startsWith('presence-') ? { user_id: 'u' } : undefined))],
  });
  const secrets = {
    'the password of the proxy': way,
    'a header of authorizations': secret('bearer'),
    'a parameter of authorizations': secret('parameter'),
    'the password of the endpoint': secret('login'),
    'the master key': masterKey,
    'the key of a channel': JSON.parse(JSON.stringify(endpointSdk.authorizeChannel('1.2', 'private-encrypted-a'))).shared_secret,
    'the answer of an endpoint': secret('answer'),
    'the secret': secret('app'),
  };
  const where = [
    '--port', String(port), '--proxy', `http://user:${way}@127.0.0.1:${through.port}`,
    '--auth-endpoint', endpoint.url.replace('://', `://user:${secrets['the password of the endpoint']}@`),
    '--auth-header', `Authorization:Bearer ${secrets['a header of authorizations']}`,
    '--auth-param', `token=${secrets['a parameter of authorizations']}`,
  ];
  const env = { PUSHER_APP_SECRET: secrets['the secret'], no_proxy: '' };

  const names = ['private-a', 'presence-a', 'private-encrypted-a'];
  const program = pusher(['subscribe', '--verbose', '--no-cache', ...where, ...names], { env });
  t.after(() => program.stop('SIGKILL'));
  for (const name of names) await program.line('err', new RegExp(`^subscribed to ${name}`));
  await until(() => endpoint.requests.length >= 3, 'requests for authorizations');
  assert.ok(endpoint.requests.every(({ headers }) => headers.authorization?.includes(secrets['a header of authorizations'])));
  assert.ok(through.passed() > 0);
  await program.stop('SIGINT');
  assertSilent('subscribe', [...program.out, ...program.err], secrets);

  down = true;
  const { err } = await run(BIN, ['subscribe', '--verbose', '--timeout', '1', '--no-cache', ...where, 'private-a'], { env });
  assert.match(err, /not subscribed/);
  // What a refusing endpoint says is for the person who asked; all else is not.
  const { 'the answer of an endpoint': told, ...untold } = secrets;
  assertSilent('subscribe, refused', err.replaceAll(told, ''), untold);

  const nowhere = ['--port', String(port), '--proxy', `http://user:${way}@127.0.0.1:${await freePort()}`];
  for (const args of [
    ['subscribe', '--verbose', ...nowhere, 'c'], ['trigger', ...nowhere, 'c', 'e', '1'], ['channels', ...nowhere],
    ['trigger', '--port', String(port), 'private-encrypted-a', 'e', '1'], ['channels', '--port', String(port)],
    ['doctor', ...where], ['doctor', '--json', ...where], ['doctor', ...nowhere], ['doctor', '--json', ...nowhere],
  ]) {
    const { out, err: said } = await run(BIN, args, { env: { ...env, PUSHER_ENCRYPTION_MASTER_KEY: masterKey } });
    // The server repeats the signature that it refused.
    const shown = (out + said).replace(/you sent "[0-9a-f]{64}"/, '');
    assertSilent(args[0], args[0] === 'doctor' ? shown.replaceAll(told, '') : shown, untold);
  }
});

test('the command line of the server: a URL with a secret in the environment', async (t) => {
  const hidden = secret('app');
  const env = { PUSHER_APP_ID: '1', PUSHER_APP_KEY: 'k', PUSHER_APP_SECRET: hidden };
  const { program, port, stop } = await serve(t, ['--verbose'], { env });
  const url = `http://k:${hidden}@127.0.0.1:${port}/apps/1`;
  const { code, out, err } = await run(BIN, ['trigger', 'c', 'e', '1'], { env: { PUSHER_URL: url } });
  assert.equal(code, 0, err);
  const broken = await run(BIN, ['trigger', 'c', 'e', '1'], { env: { PUSHER_URL: `${url}/nothing?` } });
  assert.notEqual(broken.code, 0);
  assertSilent('trigger', `.${out}${err}${broken.out}${broken.err}`, { hidden });
  const signature = createHmac('sha256', hidden).update('1.2:private-c').digest('hex');
  const auth = await run(BIN, ['auth', '1.2', 'private-c'], { env: { PUSHER_URL: url } });
  assert.match(auth.out, new RegExp(signature)); // what one asks for
  assert.ok(!auth.out.includes(hidden));
  await stop();
  assertSilent('the log', [...program.out, ...program.err], { hidden });
});
