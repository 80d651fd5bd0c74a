// A library in JavaScript as a receiver of the ingest benchmarks: handlers on each channel, and an answer to each mark.
//     node pusher_js_receiver.mjs pusher-js|pusher-c PORT CHANNEL CHANNELS HANDLERS EVENT MARK MARK_CHANNEL [SECRET]
// CHANNEL is what the names begin with where there are several; SECRET is that of an encrypted channel.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [library, port, channelName, channels, handlers, eventName, markName, markChannel, secret] =
  process.argv.slice(2);

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
let calls = 0;
let length = 0;

for (let i = 0; i < Number(channels); i++) {
  const channel = pusher.subscribe(channels === '1' ? channelName : `${channelName}-${i}`);
  for (let j = 0; j < Number(handlers); j++) {
    channel.bind(eventName, (data) => {
      calls++;
      length += data.text.length;
    });
  }
}
pusher.subscribe(markChannel).bind(markName, () => {
  calls++;
  pusher.send_event(markName, calls);
});
