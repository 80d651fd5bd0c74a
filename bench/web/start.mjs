// web_start: milliseconds from the script's text to the first client, beside pusher-js. Each time in a browser
// that was just started: none keeps anything compiled.
import { fileURLToPath } from 'node:url';

import { startBrowser } from '../../web/test/lib/browsers.mjs';
import { threadClock } from './lib/cpu.mjs';
import { note, row, start } from './lib/harness.mjs';
import { startSite } from './lib/site.mjs';
import { folder, subjects } from './lib/subjects.mjs';

const DEADLINE_MS = 60_000;
const bench = start('web_start', ['chromium', 'firefox']);
const where = folder();

// { imported, made, cpu } of one library in a new browser.
async function measure(platform, subject, paths) {
  let tell;
  const told = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${platform} tells nothing`)), DEADLINE_MS);
    tell = (message) => {
      clearTimeout(timer);
      if (message.broken) reject(new Error(`${platform}: ${message.broken}`));
      else resolve(message);
    };
  });
  const site = await startSite({
    files: {
      '/start_page.js': fileURLToPath(new URL('page/start_page.js', import.meta.url)),
      [`/${subject}.js`]: paths[subject],
    },
    scripts: ['/start_page.js'],
    call: (message) => {
      if (message.clock) return clock[message.clock]();
      return message.ready ? { subject } : tell(message);
    },
  });
  const browser = startBrowser(platform, site.url, where);
  const clock = threadClock(browser.pid);
  try {
    return await told;
  } finally {
    await browser.stop();
    await site.stop();
  }
}

note(bench, `web_start: milliseconds from the text of the minified script to the first client. CPU: of the page's\nbusiest thread.`);
for (const platform of bench.platforms) {
  const paths = await subjects(platform, where);
  const seen = { 'pusher-c': [], 'pusher-js': [] };
  for (let run = 0; run < bench.runs; run++) {
    const order = Object.keys(seen);
    for (const subject of run % 2 ? order.reverse() : order) {
      seen[subject].push(await measure(platform, subject, paths));
    }
  }
  const sum = ({ imported, made }) => imported + made;
  for (const [subject, times] of Object.entries(seen)) {
    row(bench, `${platform}: import`, subject, times.map(({ imported }) => imported), 'ms');
    row(bench, `${platform}: first client`, subject, times.map(({ made }) => made), 'ms');
  }
  for (const [what, value, unit] of [['both', sum, 'ms'], ['both, with two requests', ({ cpu }) => cpu, 'ms of CPU']]) {
    const all = Object.fromEntries(Object.entries(seen).map(([subject, times]) => [subject, times.map(value)]));
    for (const [subject, times] of Object.entries(all)) row(bench, `${platform}: ${what}`, subject, times, unit);
    const more = all['pusher-c'].map((time, run) => time - all['pusher-js'][run]);
    row(bench, `${platform}: ${what}`, 'pusher-c - pusher-js', more, unit);
  }
}
process.exit(0);
