// A server that is far away: every byte takes half a round trip in either direction, and a connection is there
// after a whole one.
import net from 'node:net';
import { once } from 'node:events';

// Hands what comes from `one` to `other`, in order, so many milliseconds later.
function carry(one, other, delay, look) {
  let notBefore = 0;
  const later = (what, least) => {
    notBefore = Math.max(notBefore, performance.now() + least);
    setTimeout(what, notBefore - performance.now());
  };
  one.setNoDelay(true).on('error', () => {});
  one.on('data', (bytes) => {
    look(bytes);
    later(() => other.destroyed || other.write(bytes), delay);
  });
  one.on('close', () => later(() => other.destroy(), delay));
  return { hold: (ms) => (notBefore = performance.now() + ms) };
}

// `words`: what is counted of that which clients send.
export async function farAway(target, roundTripMs, words) {
  const sockets = new Set();
  const far = { count: 0 };
  const server = net.createServer((client) => {
    let tail = ''; // words may be cut
    const look = (bytes) => {
      if (!words) return;
      const text = tail + bytes.toString('latin1');
      far.count += text.split(words).length - 1;
      tail = text.slice(text.lastIndexOf(words) + 1).slice(1 - words.length);
    };
    const upstream = net.connect(target, '127.0.0.1');
    sockets.add(client).add(upstream);
    carry(client, upstream, roundTripMs / 2, look).hold(roundTripMs * 1.5);
    carry(upstream, client, roundTripMs / 2, () => {});
    for (const socket of [client, upstream]) socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  far.port = server.address().port;
  far.cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  far.stop = () => {
    far.cut();
    server.close();
  };
  return far;
}
