// What an application does with a server: the unmodified `pusher` SDK.
import Pusher from 'pusher';

import { APP } from './servers.mjs';

export function application(port, options = {}) {
  return new Pusher({ ...APP, ...options, host: '127.0.0.1', port: String(port), useTLS: false });
}
