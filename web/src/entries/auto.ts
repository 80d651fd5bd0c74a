/* The library for bundlers, whose `import` and `require` shall be one and the same file: for pages and workers,
 * whichever it is loaded in. */

import { Pusher } from '../api/pusher';
import { installPage } from '../runtime/page';
import { currentScriptPlace } from '../runtime/script_place';
import { createWorkerRuntime } from '../runtime/worker';

if (typeof document === 'object') {
  installPage(Pusher, currentScriptPlace());
} else {
  Pusher.Runtime = createWorkerRuntime();
}

export default Pusher;
