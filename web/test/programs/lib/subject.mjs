// Which client the programs run on: SUBJECT=pusher-c (the default) or pusher-js, whose run shows that
// a test asks for nothing but what programs have always had.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// PUSHER_JS may name another bundle for pages than the one that the build has made.
const BUNDLES = {
  'pusher-c': process.env.PUSHER_JS ?? here('../../../../build/web/bundles/pusher.js'),
  'pusher-js': here('../node_modules/pusher-js/dist/web/pusher.js'),
};

export const SUBJECT = process.env.SUBJECT ?? 'pusher-c';

// The file for pages: it defines the global `Pusher`, and exports it to bundlers.
export const BUNDLE = BUNDLES[SUBJECT];

if (!BUNDLE) throw new Error(`SUBJECT is one of ${Object.keys(BUNDLES).join(', ')}, not '${SUBJECT}'`);
if (!existsSync(BUNDLE)) throw new Error(`${BUNDLE} is missing: build it, or name it with PUSHER_JS`);
