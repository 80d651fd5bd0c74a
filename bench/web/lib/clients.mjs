// A program that runs both libraries and asks what to do, on each platform: call(message) gives the answers.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBrowser } from '../../../web/test/lib/browsers.mjs';
import { startSite } from './site.mjs';
import { subjects } from './subjects.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// A script that is made for one run.
function script(where, name, text) {
  const path = join(where, name);
  writeFileSync(path, text);
  return path;
}

// A page in a browser with both libraries, as PusherC and PusherJs, and then these scripts of page/.
async function inBrowser(platform, { where, scripts, setup, call }) {
  const paths = await subjects(platform, where);
  const files = {
    '/c.js': paths['pusher-c'],
    '/keep-c.js': script(where, 'keep-c.js', 'globalThis.PusherC = globalThis.Pusher;\n'),
    '/js.js': paths['pusher-js'],
    '/keep-js.js': script(where, 'keep-js.js', 'globalThis.PusherJs = globalThis.Pusher;\n'),
    '/setup.js': script(where, 'setup.js', `globalThis.SETUP = ${JSON.stringify(setup ?? null)};\n`),
  };
  for (const name of scripts) files[`/${name}.js`] = here(`page/${name}.js`);
  const site = await startSite({ files, scripts: Object.keys(files), call });
  const browser = startBrowser(platform, site.url, where);
  return {
    leader: browser.pid,
    died: browser.exited,
    async stop() {
      await browser.stop();
      await site.stop();
    },
  };
}

// A Node of its own.
async function inNode({ where, scripts, program, setup, call }) {
  const paths = await subjects('node', where);
  const child = fork(here(program), [JSON.stringify({ paths, setup, script: scripts[0] })], {
    cwd: here('../../web'), // `ws` is there, for a Node without WebSockets
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', async (message) => {
    const answer = (await call(message)) ?? null;
    if (child.connected) child.send(answer);
  });
  const died = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(`exit ${code ?? signal}`));
  });
  return {
    leader: child.pid,
    died,
    async stop() {
      child.kill('SIGKILL');
      await died;
    },
  };
}

// Runs it until `finished`, a promise, is settled.
export async function run(platform, options, finished, started = () => {}) {
  const broken = new Promise((_, reject) => {
    const { call } = options;
    options = {
      ...options,
      call: (message) => {
        if (!message.broken) return call(message);
        reject(new Error(`${platform}: ${message.broken}`));
        return null;
      },
    };
  });
  broken.catch(() => {});
  const client = platform === 'node' ? await inNode(options) : await inBrowser(platform, options);
  started(client.leader);
  try {
    const died = client.died.then((last) => {
      throw new Error(`${platform} ended by itself: ${last}`);
    });
    died.catch(() => {});
    await Promise.race([finished, broken, died]);
  } finally {
    await client.stop();
  }
}
