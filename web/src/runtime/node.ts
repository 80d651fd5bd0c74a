/* Node: sockets by its own WebSocket or npm's ws, requests by fetch. */

import { createBaseRuntime } from './base';
import { createRandomInt, cryptoOf, type Crypto } from './random';
import type { Runtime } from './runtime';
import { nodeWebSocketOf, type LoadPackage } from './websocket_node';

export function createNodeRuntime(load: LoadPackage): Runtime {
  const runtime = createBaseRuntime('node');
  return Object.assign(runtime, {
    getWebSocketAPI: () => nodeWebSocketOf(runtime.getGlobal(), load),
    /* Node 18 has it in a package only. */
    randomInt: createRandomInt(
      () => cryptoOf(runtime.getGlobal()) ?? (load('node:crypto') as { readonly webcrypto?: Crypto } | undefined)?.webcrypto,
    ),
  });
}
