// Runs the suites in this process, on a bundle for Node:
//     PUSHER_SUBJECT=BUNDLE node node_suites.mjs SCRIPT      the script is what suites.mjs makes
// Where the services are stands in PUSHER_CONFIG; unit tests need none.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import Mocha from 'mocha';

const require = createRequire(import.meta.url);
const file = resolve(process.env.PUSHER_SUBJECT);
globalThis.PusherTraits = { platform: 'node', wasm: !/nowasm/.test(file), encryption: true, file };
globalThis.PusherConfig = JSON.parse(process.env.PUSHER_CONFIG ?? 'null') ?? undefined;

const mocha = new Mocha({
  ui: 'bdd',
  reporter: process.env.REPORTER ?? 'dot',
  timeout: 20_000,
  grep: process.env.GREP,
  forbidOnly: Boolean(process.env.CI),
});
mocha.suite.emit('pre-require', globalThis, null, mocha);
globalThis.PusherSubject = require(file);
require(resolve(process.argv[2]));
// Ended here: a client that a failed test has left behind must not keep the process.
mocha.run((failures) => process.exit(failures ? 1 : 0));
