// A program: pusher-js over TLS. pusher_js_client.mjs PORT CHANNEL TRANSPORT prints a line for what happens
// and ends with the first event. A program of its own, because Node reads NODE_EXTRA_CA_CERTS when it starts.
import Pusher from 'pusher-js';

const [port, channel, transport] = process.argv.slice(2);
const pusher = new Pusher('app-key', {
  cluster: '',
  wsHost: 'localhost',
  wssPort: Number(port),
  httpHost: 'localhost',
  httpsPort: Number(port),
  forceTLS: true,
  enabledTransports: [transport],
  disableStats: true,
});
pusher.connection.bind('error', (error) => console.log(`error ${JSON.stringify(error)}`));
pusher.subscribe(channel).bind('pusher:subscription_succeeded', () => console.log('subscribed'));
pusher.bind_global((event, data) => {
  if (event.startsWith('pusher')) return;
  console.log(`${event} ${JSON.stringify(data)}`);
  pusher.disconnect();
});
