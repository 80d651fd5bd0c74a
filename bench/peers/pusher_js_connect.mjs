// pusher-js as a client that connects and subscribes, for client_connect; prints the milliseconds until it is
// connected, until it is subscribed to all channels, and those of processor time.
//     node pusher_js_connect.mjs pusher-js PORT ENDPOINT PREFIX CHANNELS
import { createRequire } from 'node:module';

const [library, port, endpoint, prefix, channels] = process.argv.slice(2);
const Pusher = createRequire(new URL('../../tests/e2e/package.json', import.meta.url))(library);

const start = performance.now();
const cpuStart = process.cpuUsage();
let connected;
let left = Number(channels);
const pusher = new Pusher('app-key', {
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ['ws'],
  enableStats: false,
  channelAuthorization: { transport: 'ajax', endpoint },
});
pusher.connection.bind('connected', () => {
  connected = performance.now() - start;
});

function onSubscribed() {
  if (--left) return;
  const subscribed = performance.now() - start;
  const used = process.cpuUsage(cpuStart);
  console.log(connected, subscribed, (used.user + used.system) / 1e3);
  process.exit(0);
}

for (let i = 0; i < Number(channels); i++) {
  pusher.subscribe(`${prefix}${i}`).bind('pusher:subscription_succeeded', onSubscribed);
}
