// pusher-js as a receiver of the ingest benchmark: one bound handler, and an answer to each mark.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tests/e2e/package.json', import.meta.url));
const Pusher = require('pusher-js');

const [port, channelName, eventName, markName] = process.argv.slice(2);
const pusher = new Pusher('app-key', {
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ['ws'],
  enableStats: false,
});
const channel = pusher.subscribe(channelName);
let events = 0;
let length = 0;

channel.bind(eventName, (data) => {
  events++;
  length += data.text.length;
});
channel.bind(markName, () => {
  events++;
  pusher.send_event(markName, events);
});
