/* The library for pages, as one script or in a bundle. Reading where the script came from is all that
 * happens when it is loaded. */

import { Pusher } from '../api/pusher';
import { installPage } from '../runtime/page';
import { currentScriptPlace } from '../runtime/script_place';

installPage(Pusher, currentScriptPlace());

export default Pusher;
