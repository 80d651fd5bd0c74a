// `pusher doctor`: a healthy server, and every illness that it must name.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';

import { authEndpoint } from './lib/auth_endpoint.mjs';
import { Authority } from './lib/certificates.mjs';
import { BIN, freePort, serve, terminateTls } from './lib/servers.mjs';
import { run, wholeFile } from './lib/program.mjs';
import { NGINX_UPGRADE, nginx, squid, tinyproxy } from './lib/software.mjs';

const STEPS = ['resolve', 'proxy', 'connect', 'tls', 'clock', 'ws', 'xhr_streaming', 'xhr_polling',
  'sockjs', 'key', 'auth', 'event'];

// One server for all.
const file = wholeFile();
let port;
before(async () => {
  ({ port } = await serve(file));
});

const at = (number) => ['--port', String(number)];

// Runs it with --json: the exit code, the report and its steps by name.
async function examine(args, env = {}) {
  const { code, out, err } = await run(BIN, ['doctor', '--json', ...args], { env });
  const report = JSON.parse(out);
  assert.deepEqual(report.steps.map(({ name }) => name), STEPS);
  for (const step of report.steps) {
    assert.match(step.status, /^(ok|failed|skipped)$/, step.name);
    assert.ok(step.text, step.name);
    assert.equal(typeof step.ms, 'number');
  }
  const failed = report.steps.filter(({ status }) => status === 'failed').map(({ name }) => name);
  assert.equal(report.ok, failed.length === 0);
  assert.equal(code, report.ok ? 0 : 1, out);
  return { code, report, failed, err, text: out, ...Object.fromEntries(report.steps.map((step) => [step.name, step])) };
}

// It must fail exactly there, with a sentence and an advice like these.
async function finds(args, step, text, advice, env) {
  const found = await examine(args, env);
  assert.deepEqual(found.failed, [step], found.text);
  assert.match(found[step].text, text);
  assert.match(found[step].advice, advice);
  return found;
}

test('a healthy server', async () => {
  const found = await examine(at(port));
  assert.deepEqual(found.failed, [], found.text);
  assert.deepEqual(found.report.target, { host: '127.0.0.1', port, tls: false, path: '', key: 'app-key' });
  assert.ok(found.report.transports.includes('ws'));
  assert.equal(found.err, '');
  assert.deepEqual(found.resolve.details, { host: '127.0.0.1', addresses: ['127.0.0.1'] });
  assert.equal(found.connect.details.addresses[0].connected, true);
  assert.equal(found.ws.details.http_status, 101);
  assert.equal(found.key.status, 'ok');
  assert.deepEqual(found.event.details.transports.map(({ name }) => name), found.report.transports);
  assert.doesNotMatch(found.text, /app-secret/);
});

test('the same for a person: a line for each step, no colours, exit 0', async () => {
  const { code, out, err } = await run(BIN, ['doctor', ...at(port)]);
  assert.equal(code, 0, out);
  assert.equal(err, '');
  for (const step of STEPS) assert.match(out, new RegExp(`^(ok|skipped) +${step} `, 'm'));
  assert.match(out, /^ok +ws +\d+ ms {2}upgraded in \d+ ms, connected in \d+ ms$/m);
  assert.match(out, /\n\nAll that matters works\.\n$/);
  assert.doesNotMatch(out, /\x1b|\r/);
});

test('on a terminal: colours, and what is being tried', async () => {
  const { out } = await run('script', ['-qec', `${BIN} doctor --port ${port}`, '/dev/null'], { env: { TERM: 'xterm' } });
  assert.match(out, /\x1b\[32mok/);
  assert.match(out, /\x1b\[2m\.\.\. event/);
});

test('by a URL, in each of its forms', async () => {
  for (const url of [`ws://127.0.0.1:${port}/app/app-key`, `http://app-key:app-secret@127.0.0.1:${port}/apps/app-id`]) {
    const found = await examine([url]);
    assert.deepEqual(found.failed, [], url);
    assert.equal(found.event.status, 'ok', url);
  }
});

test('a name with several addresses: each of them', async () => {
  const found = await examine([...at(port), '--host', 'localhost']);
  assert.deepEqual(found.failed, []);
  const { addresses } = found.connect.details;
  assert.deepEqual(addresses.map(({ address }) => address), found.resolve.details.addresses);
  assert.ok(addresses.some(({ address, connected }) => address === '127.0.0.1' && connected));
});

test('a key that the server does not know', async () => {
  const found = await finds([...at(port), '--key', 'wrong'], 'key', /no app with this key.*4001/, /check --key/);
  assert.equal(found.key.details.code, 4001);
  assert.equal(found.event.status, 'skipped');
  assert.match(found.event.text, /needs key, which failed/);
});

test('a wrong secret, a wrong app id', async () => {
  const wrong = await finds([...at(port), '--secret', 'hush-hush'], 'event', /answered 401/, /secret/);
  assert.doesNotMatch(wrong.text, /hush-hush/);
  await finds([...at(port), '--app-id', 'nope'], 'event', /answered 404/, /--app-id/);
});

test('without the secret there is no event, and that is said', async (t) => {
  const server = await serve(t, ['--app', '1:my-key:my-secret']);
  const found = await examine([...at(server.port), '--key', 'my-key']);
  assert.deepEqual(found.failed, []);
  assert.equal(found.event.status, 'skipped');
  assert.match(found.event.advice, /PUSHER_APP_SECRET/);
});

test('nothing listens', async () => {
  const unused = await freePort();
  const found = await finds(at(unused), 'connect', /nothing is listening/, /pusher serve --listen/);
  assert.equal(found.connect.details.addresses[0].connected, false);
  for (const step of ['tls', 'clock', 'ws', 'xhr_streaming', 'key', 'event']) {
    assert.equal(found[step].status, 'skipped', step);
    assert.match(found[step].text, /needs connect, which failed/);
  }
});

test('a name that nobody knows', () =>
  finds(['--host', 'no-such-host.invalid', '--key', 'k'], 'resolve', /no address for no-such-host\.invalid/, /spelling/));

// A TCP server that does with each connection what it is told; ends with the test.
async function tcp(t, script) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    script(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

test('something that is no web server', async (t) => {
  const other = await tcp(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  const found = await examine([...at(other), '--timeout', '2']);
  assert.equal(found.clock.status, 'failed');
  assert.match(found.ws.text, /not HTTP/);
  assert.match(found.ws.advice, /check host, port/);
});

test('something that never answers', async (t) => {
  const sockets = [];
  const silent = await tcp(t, (socket) => sockets.push(socket));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const found = await examine([...at(silent), '--timeout', '1']);
  assert.match(found.ws.text, /no answer within 1 s/);
});

// Sends what follows a right answer to an upgrade; every other request is refused.
function upgrades(t, then) {
  return tcp(t, (socket) => socket.once('data', (head) => {
    const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(head)?.[1];
    if (!key) return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    then(socket);
  }));
}

test('a cut behind the 101', async (t) => {
  const cutting = await upgrades(t, (socket) => socket.end());
  await finds(at(cutting), 'ws', /answered with 101, then the connection was cut/, /frames behind it/);
});

test('a 101 and then silence', async (t) => {
  const sockets = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const silent = await upgrades(t, (socket) => sockets.push(socket));
  await finds([...at(silent), '--timeout', '1'], 'ws', /101, but no message came within 1 s/, /proxies/);
});

test('a WebSocket server of another kind', async (t) => {
  const other = await upgrades(t, (socket) => socket.write(Buffer.from([0x81, 2, 0x68, 0x69])));
  await finds(at(other), 'ws', /first message is not one of the protocol/, /another kind/);
});

test('nginx without the headers of an upgrade', async (t) => {
  const gateway = await nginx(t, (directory, listen) =>
    `server { listen 127.0.0.1:${listen}; location / { proxy_pass http://127.0.0.1:${port}; } }`);
  const found = await examine(at(gateway.port));
  assert.ok(found.failed.includes('ws'), found.text);
  assert.match(found.ws.text, /nginx\S* answered (400|404|426) to the upgrade/);
  assert.match(found.ws.advice, /does not pass WebSocket upgrades on.*proxy_set_header Upgrade/);
  assert.match(found.ws.details.server, /^nginx/);
});

test('nginx with them', async (t) => {
  const gateway = await nginx(t, (directory, listen) =>
    `server { listen 127.0.0.1:${listen}; location / { proxy_pass http://127.0.0.1:${port}; ${NGINX_UPGRADE} } }`);
  const found = await examine(at(gateway.port));
  assert.deepEqual(found.failed, [], found.text);
  assert.match(found.clock.details.server, /^nginx/);
});

test('nginx with nothing behind it', async (t) => {
  const unused = await freePort();
  const gateway = await nginx(t, (directory, listen) =>
    `server { listen 127.0.0.1:${listen}; location / { proxy_pass http://127.0.0.1:${unused}; } }`);
  const found = await examine(at(gateway.port));
  assert.match(found.ws.text, /nginx\S* answered 502/);
  assert.match(found.ws.advice, /check that the server runs/);
});

test('certificates', async (t) => {
  const authority = new Authority(t);
  const trusted = ['--ca-file', authority.file];
  const tls = async (certificate, ...args) => ['--tls', ...at(await terminateTls(t, certificate, port)), ...args];
  const good = await tls(authority.issue('good'));

  const found = await examine([...good, ...trusted]);
  assert.deepEqual(found.failed, [], found.text);
  assert.match(found.tls.details.tls, /^TLSv1\.[23] \/ /);
  assert.match(found.tls.details.subject, /good/);
  assert.match(found.tls.details.issuer, /Test authority/);
  assert.match(found.tls.details.names, /127\.0\.0\.1/);
  assert.ok(found.tls.details.expires_in_days >= 1);
  assert.match(found.tls.advice, /renew/);

  const unknown = await finds(good, 'tls', /authority that this machine does not know/, /--ca-file/);
  assert.match(unknown.tls.details.issuer, /Test authority/);
  await finds([...good, ...trusted, '--pin', authority.pin('good').replace(/.{20}=$/, 'AAAAAAAAAAAAAAAAAAA=')],
    'tls', /not of the key that --pin names/, /--pin/);
  await finds(await tls(authority.issue('expired', { expired: true }), ...trusted), 'tls', /expired/, /renew/);
  await finds(await tls(authority.issue('elsewhere', { names: 'DNS:example.com' }), ...trusted),
    'tls', /for another host/, /name/);
  await finds(await tls(authority.selfSigned('self'), ...trusted), 'tls', /nobody but itself/, /--ca-file/);
  await finds(['--tls', ...at(port)], 'tls', /TLS could not be agreed on/, /--no-tls/);
  const insecure = await examine([...good, '--insecure']);
  assert.deepEqual(insecure.failed, []);
  assert.match(insecure.tls.text, /not verified \(--insecure\)/);
});

test('proxies: one that refuses, one that is not there', async (t) => {
  // nginx is no forward proxy: it refuses CONNECT.
  const refusing = await nginx(t, (directory, listen) => `server { listen 127.0.0.1:${listen}; }`);
  const refused = await finds(at(port), 'proxy', /the proxy http:\/\/127\.0\.0\.1:\d+ refused .*\(4\d\d\)/, /CONNECT/,
    { http_proxy: `http://ann:hush-hush@127.0.0.1:${refusing.port}` });
  assert.doesNotMatch(refused.text, /hush-hush/);
  assert.deepEqual(refused.proxy.details.variable, 'http_proxy');
  assert.equal(refused.ws.status, 'skipped');

  const unused = await freePort();
  const gone = await finds(at(port), 'proxy', /can't be used: .*connect/, /check all_proxy/,
    { all_proxy: `socks5h://ann:hush-hush@127.0.0.1:${unused}` });
  assert.doesNotMatch(gone.text, /hush-hush/);
  const past = await examine(at(port), { http_proxy: `http://127.0.0.1:${unused}`, no_proxy: '127.0.0.1' });
  assert.deepEqual(past.failed, []);
  assert.equal(past.proxy.status, 'skipped');
});

test('a proxy that lets one through, from the environment and as an option', async (t) => {
  const proxy = `http://127.0.0.1:${(await tinyproxy(t)).port}`;
  for (const [args, env, variable] of [[[], { http_proxy: proxy }, 'http_proxy'], [['--proxy', proxy], {}, '']]) {
    const found = await examine([...at(port), ...args], env);
    assert.deepEqual(found.failed, [], found.text);
    assert.equal(found.proxy.details.proxy, proxy);
    assert.equal(found.proxy.details.variable, variable);
    assert.equal(found.connect.status, 'skipped');
    assert.equal(found.event.status, 'ok');
  }
});

test('a proxy that wants a password', async (t) => {
  const login = { user: 'ann', password: 'hush-hush' };
  const { port: listen } = await squid(t, login);
  await finds(at(port), 'proxy', /refused .*\(407\)/, /password/, { http_proxy: `http://127.0.0.1:${listen}` });
  const found = await examine(at(port), { http_proxy: `http://ann:hush-hush@127.0.0.1:${listen}` });
  assert.deepEqual(found.failed, [], found.text);
  assert.doesNotMatch(found.text, /hush-hush/);
});

test('a clock that is off', async (t) => {
  const date = (seconds) => new Date(Date.now() + seconds * 1000).toUTCString();
  const answers = (seconds) => tcp(t, (socket) => socket.once('data', () => socket.end(
    `HTTP/1.1 404 Not Found\r\nDate: ${date(seconds)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)));
  const late = await examine(at(await answers(3600)));
  assert.equal(late.clock.status, 'failed');
  assert.match(late.clock.text, /clock is 3[56]\d\d s behind the server's; signed requests are refused beyond 600 s/);
  assert.match(late.clock.advice, /NTP/);
  const early = await examine(at(await answers(-120)));
  assert.equal(early.clock.status, 'ok');
  assert.match(early.clock.text, /clock is 1[12]\d s ahead of the server's/);
});

const ENDPOINTS = [
  ['403', () => [403, 'no'], /answered 403: it denies the channel/, /--auth-header/],
  ['not JSON', () => [200, '<html>hello'], /not JSON: <html>hello/, /KEY:SIGNATURE/],
  ['no signature', () => [200, '{"ok":true}'], /no text "auth"/, /KEY:SIGNATURE/],
  ['a signature for another key', () => [200, '{"auth":"other:00"}'], /for another key: other/, /same app/],
  ['a wrong signature', () => [200, '{"auth":"app-key:00"}'], /signature is wrong/, /secret/],
];

for (const [what, answer, text, advice] of ENDPOINTS) {
  test(`an authorization endpoint: ${what}`, async (t) => {
    const endpoint = await authEndpoint(t, { answer });
    await finds([...at(port), '--auth-endpoint', endpoint.url], 'auth', text, advice);
  });
}

test('an authorization endpoint that is right gets what is sent along', async (t) => {
  const endpoint = await authEndpoint(t);
  const found = await examine([...at(port), '--auth-endpoint', endpoint.url, '--auth-param', 'tenant=7 & 8',
    '--auth-header', 'X-Token: abc']);
  assert.deepEqual(found.failed, []);
  assert.match(found.auth.text, /the server accepts that/);
  assert.ok(endpoint.requests.length >= 1);
  for (const { form, headers } of endpoint.requests) {
    assert.match(form.channel_name, /^private-doctor-/);
    assert.match(form.socket_id, /^\d+\.\d+$/);
    assert.equal(form.tenant, '7 & 8');
    assert.equal(headers['x-token'], 'abc');
  }
});

test('an authorization endpoint, judged by the server when the secret is not known', async (t) => {
  const server = await serve(t, ['--app', '1:my-key:my-secret', '--dev-auth']);
  const right = await examine([...at(server.port), '--key', 'my-key']);
  assert.equal(right.auth.status, 'ok');
  const wrong = await authEndpoint(t, { answer: () => [200, '{"auth":"my-key:00"}'] });
  await finds([...at(server.port), '--key', 'my-key', '--auth-endpoint', wrong.url], 'auth', /no subscription/, /secret/);
});

test('misuse exits 2', async () => {
  for (const [args, message] of [
    [['example.com'], /begins with none of ws:\/\//],
    [['ws://h:0/app/k'], /port is no number from 1/],
    [['--timeout', '0'], /--timeout takes a number from 1/],
    [['--auth-header', 'x'], /--auth-header takes NAME:VALUE/],
    [['ws://h', 'ws://i'], /'ws:\/\/i' is too much/],
    [['wss://example.com'], /the app's key is not known/],
  ]) {
    const { code, out, err } = await run(BIN, ['doctor', ...args]);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
    assert.equal(out, '');
  }
  assert.match((await run(BIN, ['docter'])).err, /did you mean doctor\?/);
});
