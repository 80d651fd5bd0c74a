// pusher-js with the app's secret: it authorizes itself.
import { createHmac } from 'node:crypto';
import Pusher from 'pusher-js';

import { APP } from './servers.mjs';
import { soon } from './program.mjs';

// Ends with the test. `user`: its id in presence channels.
export function signingClient(t, port, { key = APP.key, secret = APP.secret, user } = {}) {
  const sign = (text) => `${key}:${createHmac('sha256', secret).update(text).digest('hex')}`;
  const customHandler = ({ socketId, channelName }, callback) => {
    if (!channelName.startsWith('presence-')) return callback(null, { auth: sign(`${socketId}:${channelName}`) });
    const channel_data = JSON.stringify({ user_id: user });
    return callback(null, { auth: sign(`${socketId}:${channelName}:${channel_data}`), channel_data });
  };
  const client = new Pusher(key, {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    disableStats: true,
    channelAuthorization: { customHandler },
  });
  t.after(() => client.disconnect());
  return client;
}

// Resolves with the channel.
export function subscribed(client, name) {
  const channel = client.subscribe(name);
  return soon(new Promise((resolve) => channel.bind('pusher:subscription_succeeded', () => resolve(channel))), name);
}
