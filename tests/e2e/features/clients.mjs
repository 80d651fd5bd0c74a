// The four clients, all with the same functions: those of agent.mjs. Each `open` starts one; it ends with
// the test. What is told to it: { port, endpoint, userEndpoint, params, headers, providers, asks, key }.
import { mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import PusherJs from 'pusher-js';

import { APP } from '../lib/servers.mjs';
import { browser, nodeModule } from '../lib/browser.mjs';
import { soon } from '../lib/program.mjs';
import { folder } from '../lib/software.mjs';
import { makeAgent } from './agent.mjs';
import { openPuppet } from './native.mjs';

const require = createRequire(import.meta.url);

function settings({ port, endpoint, userEndpoint, params, headers, batch, key = APP.key, asks, providers }) {
  const way = (url) => ({ endpoint: url, params, headers });
  return {
    key,
    asks,
    providers,
    options: {
      cluster: '',
      wsHost: '127.0.0.1',
      wsPort: port,
      forceTLS: false,
      enabledTransports: ['ws'],
      channelAuthorization: way(endpoint),
      userAuthentication: way(userEndpoint),
      ...(batch && { authBatch: true }),
    },
  };
}

const METHODS = ['subscribe', 'bind', 'unsubscribe', 'trigger', 'signin', 'userData', 'members', 'subscriptionCount',
  'switchCluster', 'socket', 'state', 'connect', 'disconnect', 'end', 'accept', 'refuse', 'log', 'sees'];

// A client whose functions are called by `call(method, args)`.
function remote(call, who) {
  return Object.fromEntries(METHODS.map((method) => [method, async (...args) => {
    const what = `${who}: ${method} ${JSON.stringify(args)}`;
    try {
      return await soon(call(method, args), what);
    } catch (error) {
      if (method !== 'sees') throw error;
      throw new Error(`${error.message}\n${(await call('log', [])).map((entry) => JSON.stringify(entry)).join('\n')}`);
    }
  }]));
}

function inNode(Pusher, who) {
  return async (t, told) => {
    const agent = makeAgent(Pusher, settings(told));
    t.after(() => agent.disconnect());
    return remote(async (method, args) => agent[method](...args), who);
  };
}

// Bundles as web/build makes them, with npm's ws beside that for Node, as in a program that installed it.
async function makeBundles(t) {
  const { makeSubject } = await import('../../../web/test/lib/subjects.mjs');
  const place = folder(t);
  mkdirSync(join(place, 'node_modules'));
  symlinkSync(nodeModule('ws'), join(place, 'node_modules/ws'));
  return { node: await makeSubject('pusher.node', place), page: await makeSubject(PAGE_BUNDLE, place) };
}
const PAGE_BUNDLE = 'pusher-with-encryption';

// All clients of a kind are in one page. What goes wrong in it beside the clients is added to `problems`.
async function inChromium(t, site, bundle, problems) {
  const page = await (await browser(t)).newPage();
  page.on('pageerror', (error) => problems.push(`Chromium: ${error.stack}`));
  await page.goto(site);
  await page.addScriptTag({ path: bundle });
  await page.evaluate(`makeAgent = ${makeAgent}; agents = [];`);
  return async (_, told) => {
    const id = await page.evaluate((all) => agents.push(makeAgent(Pusher, all)) - 1, settings(told));
    return remote((method, args) =>
      page.evaluate(([which, name, values]) => agents[which][name](...values), [id, method, args]), 'Chromium');
  };
}

// { columns: { NAME: open(t, told) }, problems }. `site` is an empty page on the application's origin.
export async function clients(t, site) {
  const bundles = await makeBundles(t);
  const problems = [];
  const columns = {
    libpusher: openPuppet,
    'pusher.js in Node': inNode(require(bundles.node), 'pusher.js in Node'),
    'pusher.js in Chromium': await inChromium(t, site, bundles.page, problems),
    'pusher-js 8': inNode(PusherJs, 'pusher-js 8'),
  };
  return { columns, problems };
}
