/* The library for Node, and for servers that render pages: nothing happens when it is loaded. */

import { createRequire } from 'node:module';
import { Pusher } from '../api/pusher';
import { createNodeRuntime } from '../runtime/node';

/* Packages are looked for from this file, then from the program's folder, for a bundle of the program's own
 * may be far from both. */
function loadPackage(name: string): unknown {
  const here = typeof __filename === 'string' ? [__filename] : [];
  for (const place of [...here, `${process.cwd()}/`]) {
    const require = createRequire(place);
    if (isInstalled(require, name)) {
      return require(name);
    }
  }
  return undefined;
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

Pusher.Runtime = createNodeRuntime(loadPackage);

export default Pusher;
