// The servers of the tests, each on a port that the system chose: ours, soketi, TLS in front of them.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import net from 'node:net';
import tls from 'node:tls';

import { Program } from './program.mjs';

const BIN = process.env.PUSHER_BIN ?? fileURLToPath(new URL('../../../build/pusher', import.meta.url));
const SOKETI = fileURLToPath(
  new URL('../soketi/node_modules/@soketi/soketi/bin/server.js', import.meta.url),
);

export const APP = { appId: 'app-id', key: 'app-key', secret: 'app-secret' };

// Starts our command.
export function pusher(args, options) {
  return new Program(BIN, args, options);
}

export { BIN };

// `pusher serve`, ready; ends with the test.
export async function serve(t, args = [], { port = 0, ...options } = {}) {
  const program = pusher(['serve', '--listen', `127.0.0.1:${port}`, ...args], options);
  t.after(() => program.stop('SIGKILL'));
  const line = await program.line('out', /^listening on /);
  return { program, port: Number(line.split(':').pop()), stop: (signal) => program.stop(signal) };
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// soketi, ready; ends with the test.
export async function soketi(t, { port } = {}) {
  const chosen = port ?? (await freePort());
  const program = new Program(process.execPath, [SOKETI, 'start'], {
    env: {
      SOKETI_HOST: '127.0.0.1',
      SOKETI_PORT: String(chosen),
      SOKETI_METRICS_HOST: '127.0.0.1',
      SOKETI_METRICS_SERVER_PORT: String(await freePort()),
      SOKETI_DEFAULT_APP_ID: APP.appId,
      SOKETI_DEFAULT_APP_KEY: APP.key,
      SOKETI_DEFAULT_APP_SECRET: APP.secret,
      SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: 'true',
      SOKETI_SHUTDOWN_GRACE_PERIOD: '0',
    },
  });
  t.after(() => program.stop('SIGKILL'));
  await program.line('out', /Server is up and running/);
  return { program, port: chosen, stop: (signal) => program.stop(signal) };
}

// TLS in front of a port, with a certificate { key, cert } and perhaps other settings of Node's; ends with the
// test. Gives its own port.
export async function terminateTls(t, certificate, target) {
  const sockets = new Set();
  const server = tls.createServer(certificate, (secure) => {
    const plain = net.connect(target, '127.0.0.1');
    for (const [one, other] of [[secure, plain], [plain, secure]]) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.on('tlsClientError', () => {}); // what the client says about it is what counts
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return server.address().port;
}
