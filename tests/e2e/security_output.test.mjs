// What a peer says must not write to somebody's terminal: the command's output with a server that sends escape
// sequences wherever it can, and the server's log with clients that do.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import net from 'node:net';
import { once } from 'node:events';

import { APP, BIN, pusher, serve } from './lib/servers.mjs';
import { run, soon } from './lib/program.mjs';

// ESC [, the same as one character (C1), DEL, a bell, a line break that would begin a line of the log.
const HOSTILE = 'x\u001b[2J\u009b2J\u007f\u0007\r\n2026-01-01 error forged\u0000\u0085';
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

function assertHarmless(what, lines) {
  for (const line of [lines].flat()) {
    assert.doesNotMatch(line, CONTROLS, `${what}: ${JSON.stringify(line)}`);
    assert.doesNotMatch(line, /^(2026-01-01 error )?forged/, what);
  }
}

const frame = (opcode, payload) => {
  const head = payload.length < 126
    ? Buffer.from([0x80 | opcode, payload.length])
    : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
};
const text = (message) => frame(1, Buffer.from(JSON.stringify(message)));
const greeting = (id) =>
  text({ event: 'pusher:connection_established', data: JSON.stringify({ socket_id: id, activity_timeout: 120 }) });

// A server that answers handshakes, and then sends these frames, and everything else with this answer.
async function hostileServer(t, frames, [status, answer] = [400, { error: HOSTILE }]) {
  const sockets = new Set();
  const server = createServer((request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.on('upgrade', (request, socket) => {
    sockets.add(socket.on('error', () => {}));
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.write(Buffer.concat(frames));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return String(server.address().port);
}

const close = (code, reason) =>
  frame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason).subarray(0, 100)]));

const SERVERS = {
  'a hostile socket id': [greeting(HOSTILE), close(4001, 'end')],
  'a hostile error': [greeting('1.2'), text({ event: 'pusher:error', data: { code: 4001, message: HOSTILE } }), close(4001, HOSTILE)],
  'a hostile reason for the end': [close(4001, HOSTILE)],
  'hostile events': [
    greeting('1.2'),
    text({ event: 'pusher_internal:subscription_succeeded', channel: 'c', data: JSON.stringify({ x: HOSTILE }) }),
    text({ event: HOSTILE, channel: 'c', data: HOSTILE }),
    text({ event: 'e', channel: 'c', data: HOSTILE, user_id: HOSTILE }),
    text({ event: 'pusher:subscription_error', channel: 'c', data: { type: HOSTILE, error: HOSTILE, status: 403 } }),
    text({ event: HOSTILE, channel: HOSTILE, data: {} }),
    frame(1, Buffer.from(`no JSON ${HOSTILE}`)),
    close(4001, HOSTILE),
  ],
};

for (const [what, frames] of Object.entries(SERVERS)) {
  test(`the command: ${what}`, async (t) => {
    const port = await hostileServer(t, frames);
    for (const options of [[], ['--verbose'], ['--json']]) {
      const { out, err } = await run(BIN, ['subscribe', '--no-cache', '--transports', 'ws', '--port', port, ...options, 'c']);
      assert.ok(err.length > 0);
      assertHarmless(`subscribe ${options}`, [...out.split('\n'), ...err.split('\n')]);
    }
  });
}

test('the command: hostile answers of the HTTP API, and to doctor', async (t) => {
  const port = await hostileServer(t, SERVERS['a hostile error']);
  for (const args of [['trigger', 'c', 'e', '1'], ['channels'], ['channels', 'c'], ['terminate', 'u'], ['doctor'], ['doctor', '--json']]) {
    const { out, err } = await run(BIN, [args[0], '--port', port, ...args.slice(1)]);
    assert.ok((out + err).length > 0);
    assertHarmless(args.join(' '), [...out.split('\n'), ...err.split('\n')]);
  }
});

test('the command: hostile names in answers of the HTTP API', async (t) => {
  const channels = { [HOSTILE]: { user_count: HOSTILE } };
  const port = await hostileServer(t, [], [200, { channels, users: [{ id: HOSTILE }], [HOSTILE]: HOSTILE, occupied: true }]);
  const wanted = JSON.stringify(channels);
  for (const args of [['channels'], ['channels', 'c'], ['channels', '--users', 'presence-c'], ['trigger', '--info', 'user_count', 'presence-c', 'e', '1']]) {
    for (const options of args[0] === 'channels' ? [[], ['--json']] : [[]]) {
      const { out, err } = await run(BIN, [args[0], '--port', port, ...options, ...args.slice(1)]);
      assert.ok((out + err).length > 0, args.join(' '));
      assertHarmless([...args, ...options].join(' '), [...out.split('\n'), ...err.split('\n')]);
      if (options.length) assert.equal(JSON.stringify(JSON.parse(out).channels), wanted); // the same, spelled otherwise
    }
  }
});

// Sends the bytes and waits for the end of the connection, or for an answer.
async function poke(port, bytes) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  socket.write(bytes);
  await soon(Promise.race([once(socket, 'data'), once(socket, 'close')]), 'an answer');
  socket.destroy();
}

test('the log of the server: hostile clients', async (t) => {
  const { port, program, stop } = await serve(t, ['--verbose']);
  const raw = Buffer.from(HOSTILE, 'utf8').toString('latin1');
  const inUrl = encodeURIComponent(HOSTILE);
  const upgrade = 'Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const requests = [
    `GET /${raw} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET /${inUrl} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET /\u00c2\u009b2J HTTP/1.1\r\nHost: a\r\n\r\n`,
    `${raw} / HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${raw}\r\nX: ${raw}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: \u00c2\u009b2J\r\n\r\n`,
    `GET /app/${inUrl}?protocol=7 HTTP/1.1\r\n${upgrade}\r\n`,
    `GET /app/${APP.key}?protocol=7&client=${inUrl}&version=${inUrl} HTTP/1.1\r\n${upgrade}Origin: \u00c2\u009b2J\r\n\r\n`,
    `GET /apps/${inUrl}/channels HTTP/1.1\r\nHost: a\r\n\r\n`,
    `POST /pusher/app/${inUrl}/1/2/xhr_streaming HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`,
    `GET /timeline/v2/jsonp/1?x=${inUrl} HTTP/1.1\r\nHost: a\r\n\r\n`,
  ];
  for (const request of requests) await poke(port, Buffer.from(request, 'latin1'));
  await stop();
  assert.ok(program.err.length > requests.length / 2, program.err.join('\n'));
  assertHarmless('the log', program.err);
});

test('answers of the server: names and values do not become headers or lines of an answer', async (t) => {
  const { port } = await serve(t, ['--dev-auth']);
  const split = '%0d%0aX-Injected:%20yes';
  for (const path of [`/js/${split}`, `/pusher/auth?callback=${split}`, `/app/${split}`, `/pusher/1/2/jsonp?c=${split}`, `/pusher/${split}/2/xhr`]) {
    const socket = net.connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a\rX-Injected: yes\r\nConnection: close\r\n\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    let answer = '';
    socket.on('error', () => {}).on('data', (piece) => (answer += piece.toString('latin1')));
    await soon(once(socket, 'close'), 'the end');
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, path);
    assert.doesNotMatch(answer, /^X-Injected/m, path);
  }
});
