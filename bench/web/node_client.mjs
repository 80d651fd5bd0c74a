// A client in Node: the first script of a benchmark's page, whose parent gives orders by messages.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { paths, setup, script } = JSON.parse(process.argv[2]);
require(`./page/${script}.js`);
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
