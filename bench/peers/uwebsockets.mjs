// Raw uWebSockets.js as a peer of the server benchmarks: it publishes what is posted to
// /publish/CHANNEL, as it is, to the topic of that name. Of the Channels protocol there is what the
// subscribers wait for.
//     node uwebsockets.mjs PORT
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tests/e2e/soketi/package.json', import.meta.url));
const uWS = require('uWebSockets.js');
const ESTABLISHED = '{"event":"pusher:connection_established","data":"{}"}';
const SUBSCRIBED = '{"event":"pusher_internal:subscription_succeeded"}';
const text = new TextDecoder();

const app = uWS.App();
app.ws('/app/*', {
  compression: uWS.DISABLED,
  maxBackpressure: 64 * 1024 * 1024,
  open: (socket) => socket.send(ESTABLISHED),
  message: (socket, message) => {
    socket.subscribe(JSON.parse(text.decode(message)).data.channel);
    socket.send(SUBSCRIBED);
  },
});
app.post('/publish/:channel', (response, request) => {
  const channel = request.getParameter(0);
  response.onAborted(() => {});
  response.onData((body, isLast) => { // what is posted here comes in one piece
    if (!isLast) return;
    app.publish(channel, body, false);
    response.end('{}');
  });
});
app.listen('127.0.0.1', Number(process.argv[2]), () => {});
