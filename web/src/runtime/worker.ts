/* Workers of all kinds, and whatever else has a WebSocket or fetch but no document. */

import { createBaseRuntime, theGlobal } from './base';
import type { Runtime } from './runtime';

interface WorkerGlobal {
  readonly WorkerGlobalScope?: unknown;
}

export function createWorkerRuntime(): Runtime {
  return createBaseRuntime((theGlobal() as WorkerGlobal).WorkerGlobalScope ? 'worker' : 'none');
}
