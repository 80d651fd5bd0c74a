// The client of web_end_to_end in Node; its parent gives orders by messages.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { paths, setup } = JSON.parse(process.argv[2]);
require('./page/receive.js');
const libraries = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, require(path)]));

let answered;
process.on('message', (answer) => answered(answer));
process.on('disconnect', () => process.exit(1));
process.on('unhandledRejection', (error) => {
  process.send({ broken: String(error?.stack ?? error) });
});
const call = (message) => new Promise((resolve) => {
  answered = resolve;
  process.send(message);
});

await globalThis.benchObey(libraries, setup, call);
process.exit(0);
