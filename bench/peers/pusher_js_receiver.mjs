// A library in JavaScript as a receiver of the ingest benchmarks: one bound handler, and an answer to each mark.
//     node pusher_js_receiver.mjs pusher-js|pusher-c PORT CHANNEL EVENT MARK [SECRET]
// SECRET is that of an encrypted channel.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [library, port, channelName, eventName, markName, secret] = process.argv.slice(2);

async function load() {
  if (library === 'pusher-js') {
    return createRequire(new URL('../../tests/e2e/package.json', import.meta.url))('pusher-js');
  }
  process.on('SIGTERM', () => process.exit()); // the folder goes with it
  const { folder, subjects } = await import('../web/lib/subjects.mjs');
  const paths = await subjects('node', folder());
  process.chdir(fileURLToPath(new URL('../../web', import.meta.url))); // `ws` is there
  return createRequire(import.meta.url)(paths['pusher-c']);
}

const Pusher = await load();
const pusher = new Pusher('app-key', {
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ['ws'],
  enableStats: false,
  channelAuthorization: {
    transport: 'ajax',
    endpoint: '/',
    customHandler: (_, done) => done(null, { auth: 'app-key:signature', shared_secret: secret }),
  },
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
