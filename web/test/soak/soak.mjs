// Keeps the library busy in real browsers for MIN minutes each (20 unless told otherwise), and fails if the
// module's memory or the page's heap grows.
//
//     MIN=20 node soak.mjs [BROWSER[:BUNDLE]]...       default: what BROWSERS= names, else chromium and firefox
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

import { startBrowser } from '../lib/browsers.mjs';
import { startServices } from '../lib/services.mjs';
import { startSite } from '../lib/site.mjs';
import { makeSubject } from '../lib/subjects.mjs';

const MINUTES = Number(process.env.MIN ?? 20);
const SILENCE_MS = 120_000;
const MB = 1 << 20;

// How much larger than in the second quarter of the time each may be in the last. The module's memory grows in steps
// of a quarter, one of which may come late. Chromium tells of the page's heap; for Firefox the private memory of all
// its processes stands for it, which moves more by itself.
const ALLOWED = {
  module: (early) => early * 1.25 + 65_536,
  heap: (early) => early * 1.1 + MB,
  processes: (early) => early * 1.2 + 32 * MB,
};

const folder = mkdtempSync(join(tmpdir(), 'pusher-web-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

// Private bytes of the processes of a group.
function privateMemory(group) {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      if (Number(fields[2]) !== group) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      for (const [, kb] of rollup.matchAll(/^Private_\w+: +(\d+) kB/gm)) sum += Number(kb) * 1024;
    } catch {
      // it has just ended
    }
  }
  return sum;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const megabytes = (bytes) => `${(bytes / MB).toFixed(1)} MB`;

// What is wrong with the samples: a list of sentences.
function judge(samples) {
  const quarter = samples.length >> 2;
  if (quarter < 2) return [`only ${samples.length} rounds`];
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  const faults = [];
  const compare = (name) => {
    const [before, after] = [early, late].map((part) => median(part.map((one) => one[name])));
    process.stdout.write(`  ${name}: ${megabytes(before)} in the second quarter, ${megabytes(after)} in the last\n`);
    if (after > ALLOWED[name](before)) faults.push(`${name} has grown from ${megabytes(before)} to ${megabytes(after)}`);
  };
  if (samples[0].module === undefined) faults.push('the memory of the module was not seen');
  else compare('module');
  compare(samples[0].heap === undefined ? 'processes' : 'heap');
  return faults;
}

async function soak(browser, bundle, services) {
  const entry = fileURLToPath(new URL('page.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', target: 'es2020' });
  const samples = [];
  let running;
  let site;
  const over = new Promise((resolve, reject) => {
    const deadline = Date.now() + MINUTES * 60_000;
    let timer;
    const quiet = () => reject(new Error(`nothing was heard for ${SILENCE_MS / 1000} s`));
    const report = (event) => {
      clearTimeout(timer);
      if (event.kind === 'broken') return reject(new Error(event.text));
      samples.push({ ...event, processes: privateMemory(running.pid) });
      if (Date.now() > deadline) return resolve();
      timer = setTimeout(quiet, SILENCE_MS);
    };
    timer = setTimeout(quiet, SILENCE_MS);
    makeSubject(bundle, join(folder, bundle))
      .then((library) => startSite({ services, library, script: () => outputFiles[0].text, report }))
      .then((started) => {
        site = started;
        running = startBrowser(browser, `${site.url}page/soak.html`, folder, services);
        running.exited.then((last) => reject(new Error(`${browser} ended by itself:\n${last}`)), reject);
      })
      .catch(reject);
  });
  try {
    await over;
  } finally {
    await running?.stop();
    await site?.stop();
  }
  const { events, rounds, connections } = samples.at(-1);
  process.stdout.write(`  ${events} events in ${rounds} rounds, ${connections} cuts\n`);
  return judge(samples);
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : (process.env.BROWSERS ?? 'chromium,firefox').split(',');
let good = true;
for (const one of chosen) {
  const [browser, bundle = 'pusher.min'] = one.split(':');
  process.stdout.write(`${browser}, ${bundle}: ${MINUTES} minutes\n`);
  const services = await startServices(folder);
  try {
    const faults = await soak(browser, bundle, services);
    for (const fault of faults) process.stdout.write(`  FAILED: ${fault}\n`);
    good &&= faults.length === 0;
  } catch (error) {
    process.stdout.write(`  FAILED: ${error.message}\n`);
    good = false;
  }
  await services.stop();
}
process.exit(good ? 0 : 1);
