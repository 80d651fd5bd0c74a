// web_library: how many events per second the library alone takes from a stub socket to the handlers, beside
// pusher-js, in Node, Chromium and Firefox.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { run } from './lib/clients.mjs';
import { threadClock } from './lib/cpu.mjs';
import { note, ratio, row, start } from './lib/harness.mjs';
import { folder, subjects } from './lib/subjects.mjs';

const page = (name) => fileURLToPath(new URL(`page/${name}.js`, import.meta.url));
const bench = start('web_library', ['node', 'chromium', 'firefox']);
const where = folder();
const require = createRequire(import.meta.url);

require(page('messages'));

const CASES = [];
for (const size of [32, 256, 4096]) {
  for (const channels of [1, 1000]) {
    for (const handlers of [1, 100]) CASES.push({ size, channels, handlers });
  }
  CASES.push({ size, channels: 1, handlers: 0 });
}

function title(platform, { size, channels, handlers }) {
  const bound = handlers ? `${handlers} handler${handlers > 1 ? 's' : ''}` : 'nobody bound';
  return `${platform}: ${size} bytes, ${channels} channel${channels > 1 ? 's' : ''}, ${bound}`;
}

function report(platform, settings, rates) {
  const what = title(platform, settings);
  for (const [name, values] of Object.entries(rates)) row(bench, what, name, values, 'events/s of CPU');
  ratio(bench, what, 'pusher-c / pusher-js', rates['pusher-c'], rates['pusher-js']);
}

async function measureInNode() {
  const paths = await subjects('node', where);
  require(page('feed'));
  const libraries = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, require(path)]));
  for (const settings of CASES) {
    report('node', settings, await globalThis.benchFeed(libraries, settings, bench.runs, threadClock()));
  }
}

async function measureInBrowser(platform) {
  const left = [...CASES];
  let clock;
  let current;
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const call = ({ ready, rates, clock: action }) => {
    if (action) return clock[action]();
    if (ready) note(bench, `${platform}: ${ready}`);
    if (rates) report(platform, current, rates);
    current = left.shift();
    if (!current) return void finish();
    return { settings: current, runs: bench.runs };
  };
  await run(platform, { where, call, scripts: ['messages', 'feed', 'feed_page'] }, finished, (leader) => {
    clock = threadClock(leader);
  });
}

note(bench, `web_library: events/s from a stub socket to the handlers, which read a field of the payload; by the
processor time of the thread. The messages:`);
for (const size of [32, 256]) {
  const { message, payload } = globalThis.benchMessages;
  note(bench, `  ${message('new-comment', 'channel-1', payload(size, 1))}`);
}
for (const platform of bench.platforms) {
  if (platform === 'node') await measureInNode();
  else await measureInBrowser(platform);
}
process.exit(0); // clients keep timers
