// Runs the unit and integration suites of the library for the web.
//
//     node run.mjs [PLATFORM[:BUNDLE]]...    chromium, firefox, node; default: what BROWSERS= names, else both browsers
//     node run.mjs serve                     serves them at http://localhost:8888/ (PORT=) for any browser
//
// BUNDLE is a name of web/build/targets.mjs, with .min behind for the minified one, or a path. In the environment:
// SUITES=unit,integration   GREP=text   WATCH=1 (serve: pages reload after edits)   PUSHER_BIN, CHROMIUM_BIN, FIREFOX_BIN
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { WASM } from '../build/bundle.mjs';
import { BROWSERS } from './lib/browsers.mjs';
import { runInBrowser } from './lib/page_run.mjs';
import { startServices } from './lib/services.mjs';
import { startSite } from './lib/site.mjs';
import { makeSubject } from './lib/subjects.mjs';
import { bundleSuites, SUITES, watchSuites } from './lib/suites.mjs';

const DEFAULT_BUNDLE = { chromium: 'pusher.min', firefox: 'pusher.min', node: 'pusher.node' };
const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
const NODE_DEADLINE_MS = 600_000;

const suites = (process.env.SUITES ?? SUITES.join(',')).split(',');
const grep = process.env.GREP;
const folder = mkdtempSync(join(tmpdir(), 'pusher-web-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
const say = (text) => process.stdout.write(`${text}\n`);

// Unit tests have no need of a server.
const start = () => (suites.includes('integration') ? startServices(folder) : { config: {}, controls: {}, stop() {} });

const subject = (name) => (name.includes('/') ? name : makeSubject(name, join(folder, name)));

// The suites in a Node of its own; gives how many failed, or 1 for whatever went wrong.
async function runInNode(bundle, services) {
  const library = await subject(bundle);
  const script = join(folder, 'suites.cjs');
  writeFileSync(script, await bundleSuites('node', suites));
  const site = await startSite({ services, library, script: () => '', extra: { strict: true } });
  const program = fileURLToPath(new URL('lib/node_suites.mjs', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', program, script], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(grep ? { GREP: grep } : {}),
      PUSHER_SUBJECT: library,
      PUSHER_CONFIG: JSON.stringify({ ...site.config, site: site.url }),
      ...(services.certificate ? { NODE_EXTRA_CA_CERTS: services.certificate } : {}),
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), NODE_DEADLINE_MS);
  const code = await new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  clearTimeout(timer);
  await site.stop();
  return code;
}

async function runPlatform(platform, bundle, services) {
  say(`== ${platform}, ${bundle}: ${suites.join(' and ')}`);
  if (platform === 'node') return (await runInNode(bundle, services)) === 0;
  const library = await subject(bundle);
  const script = await bundleSuites('page', suites);
  const { passed, failed, pending } = await runInBrowser({ browser: platform, library, script, services, folder, say, grep });
  say(`  ${passed} passed, ${failed} failed${pending ? `, ${pending} left out` : ''}`);
  return failed === 0 && passed > 0;
}

// Makes the bundle again after edits, a moment later: editors write more than once.
function watchLibrary(bundle, changed) {
  let timer;
  const again = () => subject(bundle).then(changed, (error) => say(error.message));
  for (const path of [WASM, SOURCES]) {
    watch(path, { recursive: path === SOURCES }, () => {
      clearTimeout(timer);
      timer = setTimeout(again, 200);
    });
  }
}

async function serve() {
  const services = await start();
  const bundle = process.env.BUNDLE ?? 'pusher';
  const library = await subject(bundle);
  let script = '';
  let site;
  const watching = process.env.WATCH === '1';
  if (watching) {
    const fresh = (text) => {
      script = text;
      site?.changed();
    };
    await watchSuites('page', suites, fresh);
    watchLibrary(bundle, () => site?.changed());
  } else {
    script = await bundleSuites('page', suites);
  }
  site = await startSite({
    services,
    library,
    script: () => script,
    report: ({ kind, title, text }) => kind === 'fail' && say(`FAILED ${title}\n  ${text}`),
    extra: { watch: watching },
    port: Number(process.env.PORT ?? 8888),
  });
  say(`The tests are at ${site.url.replace('127.0.0.1', 'localhost')} until Ctrl-C; ?grep=TEXT runs some of them only.`);
}

async function main(wanted) {
  if (wanted[0] === 'serve') return serve();
  const chosen = wanted.length > 0 ? wanted : (process.env.BROWSERS ?? 'chromium,firefox').split(',');
  const runs = chosen.map((one) => {
    const [platform, bundle = DEFAULT_BUNDLE[platform]] = one.split(':');
    if (platform !== 'node' && !BROWSERS[platform]) throw new Error(`${platform}: chromium, firefox or node`);
    return [platform, bundle];
  });
  const services = await start();
  let good = true;
  try {
    for (const run of runs) good = (await runPlatform(...run, services)) && good;
  } finally {
    await services.stop();
  }
  process.exit(good ? 0 : 1);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message ?? error}\n`);
  process.exit(1);
});
