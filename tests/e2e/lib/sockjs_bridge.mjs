// npm's `sockjs` in front of a Channels server's WebSockets: each SockJS connection says in its first
// message which path it wants, and is one WebSocket from then on.
import { createServer } from 'node:http';
import { once } from 'node:events';
import WebSocket from 'ws';
import sockjs from 'sockjs';

function bridge(connection, target) {
  let socket;
  const waiting = []; // messages for a WebSocket that is not open yet
  connection.on('data', (message) => {
    if (socket) {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
      else waiting.push(message);
      return;
    }
    const { path } = JSON.parse(message);
    socket = new WebSocket(`ws://127.0.0.1:${target}${path}`);
    socket.on('open', () => waiting.forEach((text) => socket.send(text)));
    socket.on('message', (text) => connection.write(String(text)));
    socket.on('close', (code, reason) => connection.close(code, String(reason)));
    socket.on('error', () => connection.close(1011, 'no server'));
  });
  connection.on('close', () => socket?.close());
}

// Starts it below /pusher, as a Channels server has it; ends with the test. `requests` are the paths that
// clients asked for.
export async function sockjsBridge(t, target) {
  const service = sockjs.createServer({ log: () => {} });
  service.on('connection', (connection) => bridge(connection, target));
  const requests = [];
  const server = createServer();
  service.installHandlers(server, { prefix: '/pusher' }); // it takes those over that listen already
  server.on('request', (request) => requests.push(request.url));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: server.address().port, requests };
}
