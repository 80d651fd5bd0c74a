/* The WebSocket of Node: the global one (Node 22), else npm's ws, which is looked for at first use. */

import type { WebSocketConstructor, WebSocketLike } from './runtime';

/** Loads an npm package; undefined if it is not installed. Throws what the package throws. */
export type LoadPackage = (name: string) => unknown;

type WithEvents = WebSocketLike & { on(event: 'error', listener: () => void): void };

/* One class for each that it is made of, so that programs can compare it. */
const made = new WeakMap<object, WebSocketConstructor>();

export function nodeWebSocketOf(global: unknown, load: LoadPackage): WebSocketConstructor {
  const native = (global as { readonly WebSocket?: WebSocketConstructor }).WebSocket;
  if (native) {
    return native;
  }
  const ws = load('ws') as (new (url: string) => WithEvents) | undefined;
  return ws ? made.get(ws) ?? quiet(ws) : MissingWebSocket;
}

/* That there is none shall not pass unnoticed, though requests may do in its stead: each try says so. */
class MissingWebSocket implements WebSocketLike {
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;

  constructor() {
    throw new Error('Node before 22 has no WebSocket: install the npm package ws (npm install ws), or set ' +
                    'Pusher.Runtime.getWebSocketAPI to a function that returns a constructor.');
  }

  send(): void {}
  close(): void {}
}

/* To ws an error that nobody listens to is an exception, and closing a socket that is still connecting is
 * an error. Browsers have neither, so there is always somebody listening. */
function quiet(ws: new (url: string) => WithEvents): WebSocketConstructor {
  class QuietWebSocket extends ws {
    constructor(url: string) {
      super(url);
      this.on('error', () => undefined);
    }
  }
  made.set(ws, QuietWebSocket);
  return QuietWebSocket;
}
