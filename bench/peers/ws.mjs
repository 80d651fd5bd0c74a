// A server of `ws` as a peer of the server benchmarks: what is posted to /publish/CHANNEL is sent to
// each of its subscribers in turn, as the package's README does it. Of the Channels protocol there is
// what the subscribers wait for.
//     node ws.mjs PORT
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { WebSocketServer } = createRequire(new URL('../../web/package.json', import.meta.url))('ws');
const channels = new Map();

function subscribe(socket, message) {
  const { channel } = JSON.parse(message).data;
  if (!channels.has(channel)) channels.set(channel, new Set());
  channels.get(channel).add(socket);
  socket.send('{"event":"pusher_internal:subscription_succeeded"}');
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const message = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const subscribers = channels.get(request.url.slice('/publish/'.length));
    for (const socket of subscribers ?? []) socket.send(message, { binary: false });
    response.setHeader('Content-Length', 2);
    response.end('{}');
  });
});
// Publishers wait for their turn.
server.keepAliveTimeout = 0;
server.headersTimeout = 0;
server.requestTimeout = 0;
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (message) => subscribe(socket, message));
  socket.send('{"event":"pusher:connection_established","data":"{}"}');
});
server.listen(Number(process.argv[2]), '127.0.0.1');
