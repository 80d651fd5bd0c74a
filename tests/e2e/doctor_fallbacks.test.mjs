// `pusher doctor` and the HTTP fallbacks: each of them, and what stands in their way.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';

import { BIN, serve } from './lib/servers.mjs';
import { run, wholeFile } from './lib/program.mjs';
import { NGINX_UPGRADE, nginx } from './lib/software.mjs';

const TRANSPORTS = ['ws', 'xhr_streaming', 'xhr_polling', 'sockjs'];

// One server for all.
const file = wholeFile();
let port;
before(async () => {
  ({ port } = await serve(file));
});

async function examine(number, ...args) {
  const { code, out, err } = await run(BIN, ['doctor', '--json', '--port', String(number), ...args]);
  assert.equal(err, '');
  const report = JSON.parse(out);
  const failed = report.steps.filter(({ status }) => status === 'failed').map(({ name }) => name);
  assert.equal(code, failed.length ? 1 : 0, out);
  return { report, failed, text: out, ...Object.fromEntries(report.steps.map((step) => [step.name, step])) };
}

// nginx in front of the server; `fallbacks` are the lines of the location of HTTP transports. Ends with
// the test; gives its port.
async function gateway(t, fallbacks, websocket = NGINX_UPGRADE) {
  const started = await nginx(t, (directory, listen) => `
    server {
      listen 127.0.0.1:${listen};
      location / { proxy_pass http://127.0.0.1:${port}; ${websocket} }
      location /pusher/ { ${fallbacks} }
    }`);
  return started.port;
}

const passOn = () => `proxy_pass http://127.0.0.1:${port};`;

// nginx waits for a full buffer only when it asks with HTTP/1.0, which is its default.
const buffered = () => `${passOn()} proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;
  proxy_buffers 8 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k;`;

test('all transports work, and an event comes back over each', async () => {
  const found = await examine(port);
  assert.deepEqual(found.failed, [], found.text);
  assert.deepEqual(found.report.transports, TRANSPORTS);
  for (const step of ['xhr_streaming', 'xhr_polling']) {
    assert.equal(found[step].details.http_status, 200);
    assert.ok(found[step].details.first_message_ms >= found[step].details.open_ms);
  }
  assert.equal(found.xhr_streaming.details.buffered, false);
  assert.deepEqual(found.event.details.transports.map(({ name }) => name), TRANSPORTS);
  for (const { api_status: status, ms } of found.event.details.transports) {
    assert.equal(status, 200);
    assert.equal(typeof ms, 'number');
  }
});

test('the same below a path', async (t) => {
  const server = await serve(t, ['--path-prefix', '/real/time']);
  const found = await examine(server.port, '--path', '/real/time');
  assert.deepEqual(found.failed, [], found.text);
  assert.deepEqual(found.report.transports, TRANSPORTS);
});

test('a key that the server does not know: each transport says so, one step fails', async () => {
  const found = await examine(port, '--key', 'wrong');
  assert.deepEqual(found.failed, ['key'], found.text);
  for (const step of TRANSPORTS) assert.match(found[step].text, /the server refuses the key/, step);
});

test('through nginx as it comes', async (t) => {
  const found = await examine(await gateway(t, passOn()));
  assert.deepEqual(found.failed, [], found.text);
  assert.deepEqual(found.report.transports, TRANSPORTS);
});

test('nginx buffers the stream', async (t) => {
  const found = await examine(await gateway(t, buffered()), '--timeout', '3');
  assert.deepEqual(found.failed, ['xhr_streaming'], found.text);
  assert.match(found.xhr_streaming.text, /nothing of the stream came within 3\.0 s, though polling works/);
  assert.match(found.xhr_streaming.advice, /proxy_buffering off.*X-Accel-Buffering/);
  assert.equal(found.xhr_streaming.details.buffered, true);
  assert.deepEqual(found.event.details.transports.map(({ name }) => name), ['ws', 'xhr_polling', 'sockjs']);
});

test('nginx passes no upgrades on: the fallbacks carry the rest', async (t) => {
  const found = await examine(await gateway(t, passOn(), ''));
  assert.deepEqual(found.failed, ['ws'], found.text);
  assert.deepEqual(found.report.transports, TRANSPORTS.slice(1));
  assert.equal(found.key.status, 'ok');
  assert.equal(found.event.status, 'ok');
});

test('a firewall forbids the fallbacks, a gateway fails, another one does not know them', async (t) => {
  const forbidden = await examine(await gateway(t, 'return 403;'));
  assert.deepEqual(forbidden.failed, TRANSPORTS.slice(1));
  assert.match(forbidden.xhr_polling.text, /nginx\S* answered 403/);
  assert.match(forbidden.xhr_polling.advice, /allow it for \/pusher\//);

  const failing = await examine(await gateway(t, 'return 502;'));
  assert.deepEqual(failing.failed, TRANSPORTS.slice(1));
  assert.match(failing.xhr_streaming.text, /does not reach the server behind it/);

  const unknown = await examine(await gateway(t, 'return 404;'));
  assert.deepEqual(unknown.failed, []);
  assert.equal(unknown.sockjs.status, 'skipped');
  assert.match(unknown.sockjs.text, /nginx\S* answered 404: the server does not offer it/);
});

test('a page in the place of the fallbacks', async (t) => {
  const found = await examine(await gateway(t, 'default_type text/html; return 200 "<html>Welcome</html>\\n";'));
  assert.deepEqual(found.failed, TRANSPORTS.slice(1));
  for (const step of TRANSPORTS.slice(1)) {
    assert.match(found[step].text, /something else than frames/, step);
    assert.match(found[step].advice, /pass \/pusher\/ on/, step);
  }
});
