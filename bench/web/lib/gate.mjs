// The way from a server to one client, which keeps what the server sends until it is opened: so that a burst is
// there as a whole before the client gets the first byte of it.
import net from 'node:net';
import { once } from 'node:events';

export async function startGate(target) {
  const sockets = new Set();
  let kept; // while it is closed
  const server = net.createServer((client) => {
    const far = net.connect(target, '127.0.0.1');
    const pair = { client, far };
    sockets.add(pair);
    client.pipe(far);
    far.on('data', (bytes) => (kept ? kept.push([client, bytes]) : client.write(bytes)));
    for (const [one, other] of [[client, far], [far, client]]) {
      one.setNoDelay(true).on('error', () => {}).on('close', () => {
        other.destroy();
        sockets.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    close() {
      kept = [];
    },
    // How many bytes wait.
    waiting: () => (kept ?? []).reduce((all, [, bytes]) => all + bytes.length, 0),
    open() {
      const all = kept;
      kept = undefined;
      for (const [client, bytes] of all) client.write(bytes);
    },
    stop() {
      for (const { client, far } of sockets) {
        client.destroy();
        far.destroy();
      }
      server.close();
    },
  };
}
