/* The platform that a file for pages and workers finds itself on shows in the global object. */

import type { ScriptPlace } from './script_place';
import { installPage } from './page';
import { createWorkerRuntime } from './worker';

type Installed = Parameters<typeof installPage>[0] & { Runtime: ReturnType<typeof createWorkerRuntime> };

/** Puts the platform onto the constructor. A server that renders pages is neither: nothing happens there. */
export function installHere(pusher: Installed, place: ScriptPlace | undefined): void {
  if (typeof document === 'object') {
    installPage(pusher, place);
  } else {
    pusher.Runtime = createWorkerRuntime();
  }
}
