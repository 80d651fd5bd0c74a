// An application's receiver of webhooks, which checks them with the `pusher` SDK.
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import Pusher from 'pusher';

import { APP } from './servers.mjs';
import { until } from './program.mjs';

// `answer(number, request)` says what the number-th request (from 0) gets: a status, or { status, headers,
// body, after }, where `after` is a promise to wait for. Ends with the test.
export async function webhookReceiver(t, { answer = () => 200, app = APP, tls, port = 0 } = {}) {
  const sdk = new Pusher({ ...app, host: '127.0.0.1' });
  const sockets = new Set();
  const receiver = {
    requests: [], // { headers, rawBody, status, at }
    events: [], // of the requests that were taken, in order
    connections: 0,
    invalid: 0,
  };
  const take = async (request, response) => {
    const number = receiver.requests.length;
    const known = { method: request.method, url: request.url, headers: request.headers, at: Date.now() };
    receiver.requests.push(known);
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    known.rawBody = Buffer.concat(pieces).toString();
    const webhook = sdk.webhook({ headers: request.headers, rawBody: known.rawBody });
    if (!webhook.isValid()) receiver.invalid++;
    const { status, headers, body, after } = ((given) => (typeof given === 'number' ? { status: given } : given))(
      answer(number, known),
    );
    await after;
    known.status = status;
    if (status >= 200 && status < 300 && webhook.isValid()) {
      known.time = webhook.getTime();
      receiver.events.push(...webhook.getEvents());
    }
    response.writeHead(status, headers).end(body ?? '');
  };
  const server = tls ? https.createServer(tls) : http.createServer();
  server.on('request', (request, response) => take(request, response).catch(() => response.destroy()));
  server.on('connection', (socket) => {
    receiver.connections++;
    sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  server.on('tlsClientError', () => {});
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  receiver.port = server.address().port;
  receiver.url = `${tls ? 'https' : 'http'}://127.0.0.1:${receiver.port}/webhooks`;
  receiver.close = () => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  };
  // Waits until so many events have been taken, or requests have come.
  receiver.took = (count) => until(() => receiver.events.length >= count, `${count} events of webhooks`);
  receiver.asked = (count) => until(() => receiver.requests.length >= count, `${count} webhooks`);
  t.after(() => receiver.close());
  return receiver;
}

// The names of the events with what distinguishes them, for comparing.
export const short = (events) =>
  events.map(({ name, channel, user_id }) => [name, channel, user_id].filter((part) => part !== undefined).join(' '));
