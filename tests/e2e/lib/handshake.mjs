// One request or WebSocket handshake, by hand: to choose the local address, the headers, the certificates.
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';

import { soon } from './program.mjs';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const start = (port, { ca, path, headers, localAddress }) =>
  (ca ? https : http).request({
    host: '127.0.0.1',
    port,
    path,
    ca,
    localAddress,
    headers: { Host: 'localhost', ...headers },
    agent: false,
  });

// { status, body }. With `ca` over TLS.
export async function get(port, path, options = {}) {
  const request = start(port, { ...options, path }).end();
  const [response] = await soon(once(request, 'response'), `an answer to ${path}`);
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body, headers: response.headers };
}

// Connects as a WebSocket client and resolves with the first message.
export async function firstMessage(port, options = {}) {
  const path = `/app/${options.key ?? 'app-key'}?protocol=7&client=test&version=1`;
  const request = start(port, { ...options, path, headers: { ...UPGRADE, ...options.headers } }).end();
  const [, socket, head] = await soon(once(request, 'upgrade'), 'a WebSocket handshake');
  let bytes = head;
  // Its head is two bytes, for messages of less than 126.
  while (bytes.length < 2 || bytes.length < 2 + bytes[1]) {
    const [more] = await soon(once(socket, 'data'), 'a message');
    bytes = Buffer.concat([bytes, more]);
  }
  socket.destroy();
  return JSON.parse(bytes.subarray(2, 2 + bytes[1]).toString());
}
