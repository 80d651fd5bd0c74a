/* What all platforms have in common, made of what the global object has. The other files of this folder
 * put their own members over it. */

import { FetchXHR } from './fetch_xhr';
import { createStillNetwork } from './network';
import { createRandomInt, cryptoOf } from './random';
import type { Runtime, WebSocketConstructor, XHRConstructor } from './runtime';

interface Global {
  readonly WebSocket?: WebSocketConstructor;
  readonly XMLHttpRequest?: XHRConstructor;
  readonly fetch?: unknown;
  readonly performance?: { now(): number };
}

export function theGlobal(): typeof globalThis {
  return typeof globalThis === 'object' ? globalThis : self;
}

export function createBaseRuntime(name: Runtime['name']): Runtime {
  const network = createStillNetwork();
  const global = () => runtime.getGlobal() as unknown as Global;
  const runtime: Runtime = {
    name,
    getGlobal: theGlobal,
    getDocument: () => undefined,
    getProtocol: () => 'http:',
    getLocalStorage: () => undefined,
    getNetwork: () => network,
    getWebSocketAPI: () => global().WebSocket,
    createWebSocket(url) {
      const WebSocketAPI = runtime.getWebSocketAPI();
      if (!WebSocketAPI) {
        throw new Error('There is no WebSocket here: set Pusher.Runtime.getWebSocketAPI to a function ' +
                        'that returns a constructor.');
      }
      return new WebSocketAPI(url);
    },
    getXHRAPI: () => global().XMLHttpRequest ?? (global().fetch ? FetchXHR : undefined),
    createXHR() {
      const XHR = runtime.getXHRAPI();
      if (!XHR) {
        throw new Error('There are neither XMLHttpRequest nor fetch here: set Pusher.Runtime.getXHRAPI to ' +
                        'a function that returns a constructor.');
      }
      return new XHR();
    },
    isXHRSupported: () => runtime.getXHRAPI() !== undefined,
    isSockJSSupported: () => false,
    createSockJS(_url, _options, done) {
      runtime.setTimeout(() => done(new Error('SockJS needs a page; other transports work here.')), 0);
    },
    addUnloadListener: () => () => undefined,
    whenReady: (ready) => ready(),
    isReady: () => true,
    now: () => (global().performance ?? Date).now(),
    wallClock: () => Date.now(),
    setTimeout: (f, ms) => runtime.getGlobal().setTimeout(f, ms),
    clearTimeout: (id) => runtime.getGlobal().clearTimeout(id as number),
    randomInt: createRandomInt(() => cryptoOf(runtime.getGlobal())),
  };
  return runtime;
}
