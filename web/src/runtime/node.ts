/* Node: sockets by its own WebSocket or npm's ws, requests by fetch. */

import { createBaseRuntime } from './base';
import type { Runtime } from './runtime';
import { nodeWebSocketOf, type LoadPackage } from './websocket_node';

export function createNodeRuntime(load: LoadPackage): Runtime {
  const runtime = createBaseRuntime('node');
  return Object.assign(runtime, {
    getWebSocketAPI: () => nodeWebSocketOf(runtime.getGlobal(), load),
  });
}
