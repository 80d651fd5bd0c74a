// The unmodified `pusher-js`, in this process.
import Pusher from 'pusher-js';

import { APP } from './servers.mjs';
import { soon } from './program.mjs';

// A client; ends with the test.
export function client(t, port, options = {}, key = APP.key) {
  const pusher = new Pusher(key, {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    disableStats: true,
    ...options,
  });
  t.after(() => pusher.disconnect());
  return pusher;
}

// Resolves with the data of the next such event.
export const next = (target, event) =>
  soon(
    new Promise((resolve) => {
      const handler = (data, metadata) => {
        target.unbind(event, handler);
        resolve(metadata?.user_id === undefined ? data : { data, user_id: metadata.user_id });
      };
      target.bind(event, handler);
    }),
    event,
  );

export async function subscribed(pusher, name) {
  const channel = pusher.subscribe(name);
  await next(channel, 'pusher:subscription_succeeded');
  return channel;
}
