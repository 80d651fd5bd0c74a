/* The library for bundlers, whose `import` and `require` shall be one and the same file: for pages and workers,
 * whichever it is loaded in. */

import { Pusher } from '../api/pusher';
import { installHere } from '../runtime/here';
import { currentScriptPlace } from '../runtime/script_place';

installHere(Pusher, currentScriptPlace());

export default Pusher;
