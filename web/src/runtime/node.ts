/* Node: sockets by its own WebSocket or npm's ws, requests by fetch. */

import { createBaseRuntime } from './base';
import type { Runtime } from './runtime';
import { nodeWebSocketOf, type LoadPackage } from './websocket_node';

export function createNodeRuntime(load: LoadPackage): Runtime {
  const runtime = createBaseRuntime('node');
  return Object.assign(runtime, {
    getWebSocketAPI: () => nodeWebSocketOf(runtime.getGlobal(), load),
    createWebSocket(url: string) {
      const WebSocketAPI = runtime.getWebSocketAPI();
      if (!WebSocketAPI) {
        throw new Error('Node before 22 has no WebSocket: install the npm package ws (npm install ws), or ' +
                        'set Pusher.Runtime.getWebSocketAPI to a function that returns a constructor.');
      }
      return new WebSocketAPI(url);
    },
  });
}
