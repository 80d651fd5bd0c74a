// What integration tests talk to: `pusher serve` with TLS and with authorization for development, an
// application that publishes, relays. The suites, in pages and in Node, ask for it over HTTP (site.mjs).
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import readline from 'node:readline';

import { Relay } from './relay.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
// The SDK for applications is there for the end-to-end tests.
const PusherSdk = createRequire(join(ROOT, 'tests/e2e/package.json'))('pusher');
const APP = { appId: 'app-id', key: 'app-key', secret: 'app-secret' };
// What encrypted channels are encrypted with, by generation; the first is the one of `pusher serve --dev-auth`.
const masterKey = (generation) =>
  createHash('sha256').update(`dev-auth:${APP.secret}${generation || ''}`).digest('base64');
const PATIENCE_MS = 20_000;
const BATCH = 10; // events that the HTTP API takes at a time

function startServer(folder) {
  const command = process.env.PUSHER_BIN ?? join(ROOT, 'build/pusher');
  if (!existsSync(command)) throw new Error(`${command} is missing: cmake --build build --target pusher_cli`);
  const certificate = join(folder, 'certificate.pem');
  const config = join(folder, 'config.json');
  const { appId: id, key, secret } = APP;
  writeFileSync(config, JSON.stringify({ apps: [{ id, key, secret, subscription_count: true }] }));
  const args = ['--config', config, '--listen', '127.0.0.1:0', '--tls-listen', '127.0.0.1:0', '--tls-dev',
    '--tls-dev-cert', certificate];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PUSHER_/.test(name)));
  const child = spawn(command, ['serve', ...args, '--dev-auth'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const lines = [];
  return new Promise((resolve, reject) => {
    const complain = () => reject(new Error(`pusher serve did not start:\n${lines.join('\n')}`));
    const timer = setTimeout(complain, PATIENCE_MS);
    child.on('error', reject).on('exit', complain);
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const port = (pattern) => Number(lines.map((one) => pattern.exec(one)?.[1]).find(Boolean));
        const ports = { port: port(/^listening on .*:(\d+)$/), tlsPort: port(/^listening with TLS on .*:(\d+)$/) };
        if (!lines.some((one) => one.startsWith('app id'))) return;
        clearTimeout(timer);
        resolve({ child, certificate, ...ports });
      });
    }
  });
}

export async function startServices(folder) {
  const { child, certificate, port, tlsPort } = await startServer(folder);
  const sdks = [0, 1].map((generation) => new PusherSdk({
    ...APP, host: '127.0.0.1', port: String(port), useTLS: false, encryptionMasterKeyBase64: masterKey(generation),
  }));
  const [sdk] = sdks;
  const relays = new Map();

  // What tests may ask for, by name; what comes in and goes out is JSON.
  const controls = {
    publish: ({ channel, name, data, generation = 0 }) => sdks[generation].trigger(channel, name, data),

    // What an endpoint of the application answers, whose keys are of that generation.
    authorize: ({ socketId, channelName, generation = 0 }) =>
      sdks[generation].authorizeChannel(socketId, channelName),

    // Events { n } with n from `first` on, in order.
    async publishMany({ channel, name, first, count }) {
      for (let n = first; n < first + count; n += BATCH) {
        const length = Math.min(BATCH, first + count - n);
        await sdk.triggerBatch(Array.from({ length }, (_, i) => ({ channel, name, data: { n: n + i } })));
      }
    },

    // What the program of a client that signs in gets; of one that enters a channel as the user who is signed in.
    authenticate: ({ socketId, user, channel }) =>
      channel ? sdk.authorizeChannel(socketId, channel) : sdk.authenticateUser(socketId, user),
    async sendToUser({ user, name, data }) {
      await sdk.sendToUser(user, name, data);
    },
    async terminateUser({ user }) {
      await sdk.terminateUserConnections(user);
    },

    // The names of the channels that somebody is subscribed to.
    async channels({ prefix }) {
      const answer = await sdk.get({ path: '/channels', params: { filter_by_prefix: prefix } });
      return Object.keys((await answer.json()).channels);
    },

    async relay({ tls = false }) {
      const relay = new Relay(tls ? tlsPort : port);
      relays.set(await relay.listen(), relay);
      return relay.port;
    },
    relaySet: ({ port: which, mode }) => relays.get(which).set(mode),
    async relayEnd({ port: which }) {
      await relays.get(which).close();
      relays.delete(which);
    },
  };

  return {
    certificate,
    tlsPort,
    config: { key: APP.key, host: '127.0.0.1', port, tlsPort, auth: `http://127.0.0.1:${port}/pusher/auth` },
    controls,
    async stop() {
      for (const relay of relays.values()) await relay.close();
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
