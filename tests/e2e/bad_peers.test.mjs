// What the command says when something else than a Channels server answers.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';

import { BIN } from './lib/servers.mjs';
import { run } from './lib/program.mjs';

// A TCP server that says these bytes to whoever says something first, and hangs up; ends with the test.
async function says(t, bytes) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return String(server.address().port);
}

const http = (status, body, type = 'application/json') =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
  `Connection: close\r\n\r\n${body}`;

async function refused(t, bytes, args, message) {
  const port = await says(t, bytes);
  const { code, out, err } = await run(BIN, [args[0], '--port', port, ...args.slice(1)]);
  assert.equal(code, 1, `${args.join(' ')}: exit ${code}\n${out}${err}`);
  assert.match(err, message);
  return { out, err };
}

const TRIGGER = ['trigger', 'c', 'e', '{}'];

test('the HTTP API answers with an error of its own', (t) =>
  refused(t, http('400 Bad Request', '{"code":400,"error":"no \\"such\\" \\u00e4"}'), TRIGGER, /HTTP 400\): no "such" ä$/m));

test('a web server answers with its page', (t) =>
  refused(t, http('502 Bad Gateway', '<h1>Bad gateway</h1>\n', 'text/html'), TRIGGER, /HTTP 502\): <h1>Bad gateway<\/h1>$/m));

test('an error cannot write to the terminal', async (t) => {
  const { err } = await refused(t, http('400 Bad Request', '{"error":"\\u001b[2Jgone"}'), TRIGGER, /HTTP 400\): +\[2Jgone$/m);
  assert.doesNotMatch(err, /\x1b/);
});

test('a long error is cut', async (t) => {
  const { err } = await refused(t, http('500 Internal Server Error', 'x'.repeat(100_000)), TRIGGER, /HTTP 500/);
  assert.ok(err.length < 1000, `${err.length} characters`);
});

test('a redirection is no success', (t) =>
  refused(t, http('302 Found', ''), TRIGGER, /HTTP 302/));

for (const [what, body] of [
  ['a page', '<!doctype html>'],
  ['nothing', ''],
  ['another shape', '[]'],
  ['no channels', '{}'],
  ['channels of another shape', '{"channels":{"a":1}}'],
  ['half of it', '{"channels":{"a":{}'],
  ['too deep', `{"channels":{"a":${'['.repeat(1000)}`],
]) {
  test(`channels: the answer is ${what}`, (t) =>
    refused(t, http('200 OK', body), ['channels'], /not what the HTTP API documents; see it with --json/));
}

test('users: the answer is of another shape', (t) =>
  refused(t, http('200 OK', '{"users":[{"id":{}}]}'), ['channels', 'presence-a', '--users'], /not what the HTTP API/));

test('no HTTP at all', async (t) => {
  await refused(t, 'SSH-2.0-OpenSSH_9.2\r\n', TRIGGER, /127\.0\.0\.1/);
  await refused(t, 'SSH-2.0-OpenSSH_9.2\r\n', ['subscribe', 'c'], /127\.0\.0\.1/);
});

test('the peer hangs up', async (t) => {
  await refused(t, '', TRIGGER, /127\.0\.0\.1.*/);
  await refused(t, '', ['subscribe', 'c'], /127\.0\.0\.1/);
});

test('subscribe: a web server without WebSockets', (t) =>
  refused(t, http('404 Not Found', 'no'), ['subscribe', 'c'], /404/));
