/* The library for workers. */

import { Pusher } from '../api/pusher';
import { createWorkerRuntime } from '../runtime/worker';

Pusher.Runtime = createWorkerRuntime();

export default Pusher;
