/* The library as a module for pages and workers: which of them it is in shows in the global object.
 * A server that renders pages has neither document nor worker, and nothing happens there. */

import { Pusher } from '../api/pusher';
import { installPage } from '../runtime/page';
import { modulePlace } from '../runtime/script_place';
import { createWorkerRuntime } from '../runtime/worker';

if (typeof document === 'object') {
  installPage(Pusher, modulePlace(import.meta.url));
} else {
  Pusher.Runtime = createWorkerRuntime();
}

export default Pusher;
