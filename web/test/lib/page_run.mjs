// One run of the suites in a browser: starts it, hears what the page reports, ends it.
import { startBrowser } from './browsers.mjs';
import { startSite } from './site.mjs';

// A page that is silent for that long has failed, whatever it does.
const SILENCE_MS = 120_000;

// Gives { passed, failed, pending } after telling of failures; throws where the suites could not be run.
export async function runInBrowser({ browser, library, script, services, folder, say, grep }) {
  let heard = () => {};
  let result;
  const counts = { passed: 0, failed: 0, pending: 0 };
  const over = new Promise((resolve, reject) => {
    let timer;
    let last = 'nothing';
    heard = (event) => {
      clearTimeout(timer);
      timer = setTimeout(
        () => reject(new Error(`${browser} has been silent for ${SILENCE_MS / 1000} s; the last it told was ${last}`)),
        SILENCE_MS,
      );
      if (!event) return;
      last = `${event.kind} ${event.title ?? ''}`;
      if (event.kind === 'pass') counts.passed++;
      else if (event.kind === 'pending') counts.pending++;
      else if (event.kind === 'fail') {
        counts.failed++;
        say(`  FAILED ${event.title}\n    ${event.text}\n${event.stack.replace(/^/gm, '      ')}`);
      } else if (event.kind === 'start') say(`  ${event.tests} tests in ${event.agent}`);
      if (event.kind === 'end' || event.kind === 'broken') {
        clearTimeout(timer);
        if (event.kind === 'end') resolve();
        else reject(new Error(`${browser}: ${event.text}`));
      }
    };
    heard();
  });
  const site = await startSite({
    services,
    library,
    script: () => script,
    report: (event) => heard(event),
    extra: { strict: true, ci: Boolean(process.env.CI), grep },
  });
  let running;
  try {
    running = startBrowser(browser, site.url, folder, services);
    const died = running.exited.then((last) => {
      throw new Error(`${browser} ended by itself:\n${last}`);
    });
    died.catch(() => {}); // it is ended in the end
    await Promise.race([over, died]);
    result = counts;
  } finally {
    over.catch(() => {});
    await running?.stop();
    await site.stop();
  }
  return result;
}
