/* The library as a module for pages and workers: which of them it is in shows in the global object.
 * A server that renders pages has neither document nor worker, and nothing happens there. */

import { Pusher } from '../api/pusher';
import { installHere } from '../runtime/here';
import { modulePlace } from '../runtime/script_place';

installHere(Pusher, modulePlace(import.meta.url));

export default Pusher;
