// The files of the distribution in pages and workers of Chromium, under the Content-Security-Policy that the
// documentation says each of them needs.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { application } from '../../../tests/e2e/lib/application.mjs';
import { browser } from '../../../tests/e2e/lib/browser.mjs';
import { wholeFile } from '../../../tests/e2e/lib/program.mjs';
import { serve } from '../../../tests/e2e/lib/servers.mjs';
import { distribution } from './lib/package.mjs';
import { SEALING } from './lib/sealing.mjs';
import { staticSite } from './lib/site.mjs';

const VERSION = '1.2.3-test';
const STRICT = "default-src 'none'; connect-src *; worker-src 'self'; script-src 'self'";
const WASM = `${STRICT} 'wasm-unsafe-eval'`;

const file = wholeFile();
let folder;
let port;
let chromium;

before(async () => {
  folder = `${await distribution(file, { VERSION })}/${VERSION}`;
  ({ port } = await serve(file, ['--dev-auth']));
  chromium = await browser(file);
});

// The channel that a file is tried with.
const channelOf = (name) => (name.includes('with-encryption') ? 'private-encrypted-news' : 'news');

// What pages and workers do once they have the library; `tell` gets what there is to say.
const client = (name) => `
function start(Pusher, tell) {
  const pusher = new Pusher('app-key', {
    wsHost: '127.0.0.1', wsPort: ${port}, forceTLS: false, enabledTransports: ['ws'],
    authEndpoint: 'http://127.0.0.1:${port}/pusher/auth',
  });
  const channel = pusher.subscribe('${channelOf(name)}');
  channel.bind('pusher:subscription_succeeded', () => tell('subscribed'));
  channel.bind('greeting', ({ text }) => tell('received ' + text + ' in a ' + Pusher.Runtime.name));
}`;
const inPage = (name, body) => `${client(name)}
const tell = (line) => window.told.push(line);
const failed = (error) => tell(error.message);
window.told = [];
${body}`;
const tried = 'try { start(Pusher, tell); } catch (error) { failed(error); }';
const loaded = 'Pusher.load().then(() => start(Pusher, tell)).catch(failed);';
const classicWorker = (name) => ({
  'worker.js': () => `importScripts('${name}');${client(name)}
Promise.resolve(Pusher.load()).then(() => start(Pusher, postMessage)).catch((error) => postMessage(error.message));`,
  'main.js': () => inPage(name, "new Worker('worker.js').onmessage = ({ data }) => tell(data);"),
});
const module = (name, body) => ({
  'main.js': () => `import Pusher from './${name}';\n${inPage(name, body)}`,
});

const html = (scripts) => `<!doctype html><meta charset="iso-8859-1"><title>page</title><body>
${scripts.map(([name, type]) => `<script src="${name}"${type ? ` type="${type}"` : ''}></script>`).join('\n')}`;
const SCRIPT = (name, body) => ({ pages: { 'main.js': () => inPage(name, body) }, scripts: [[name], ['main.js']] });
const MODULE = (name, body) => ({ pages: module(name, body), scripts: [['main.js', 'module']] });
const WORKER = (name) => ({ pages: classicWorker(name), scripts: [['main.js']] });

const WORKING = [
  ['pusher.min.js', WASM, SCRIPT, tried, 'page'],
  ['pusher.js', WASM, SCRIPT, tried, 'page'],
  ['pusher.nowasm.min.js', STRICT, SCRIPT, tried, 'page'],
  ['pusher.external.min.js', WASM, SCRIPT, loaded, 'page'],
  ['pusher.worker.min.js', WASM, WORKER, tried, 'worker'],
  ['pusher.worker.nowasm.min.js', STRICT, WORKER, tried, 'worker'],
  ['pusher.worker.external.min.js', WASM, WORKER, loaded, 'worker'],
  ['pusher.esm.min.js', WASM, MODULE, tried, 'page'],
  ['pusher.nowasm.esm.min.js', STRICT, MODULE, tried, 'page'],
  ['pusher.external.esm.min.js', WASM, MODULE, loaded, 'page'],
  ['pusher-with-encryption.min.js', WASM, SCRIPT, tried, 'page'],
  ['pusher-with-encryption.nowasm.min.js', STRICT, SCRIPT, tried, 'page'],
  ['pusher-with-encryption.worker.min.js', WASM, WORKER, tried, 'worker'],
  ['pusher-with-encryption.worker.nowasm.min.js', STRICT, WORKER, tried, 'worker'],
  ['pusher-with-encryption.esm.min.js', WASM, MODULE, tried, 'page'],
  ['pusher-with-encryption.nowasm.esm.min.js', STRICT, MODULE, tried, 'page'],
];

// Opens the page under the policy.
async function open(t, policy, { pages, scripts }) {
  const made = Object.entries(pages).map(([name, text]) => [`/${name}`, text()]);
  const site = await staticSite(t, folder, {
    pages: { ...Object.fromEntries(made), '/index.html': html(scripts) },
    headers: { 'Content-Security-Policy': policy },
  });
  const page = await chromium.newPage();
  t.after(() => page.close());
  await page.goto(`${site}index.html`);
  const told = (count) => page.waitForFunction((n) => window.told?.length >= n && window.told, count);
  return { page, line: async (index) => (await (await told(index + 1)).jsonValue())[index] };
}

for (const [name, policy, kind, body, place] of WORKING) {
  test(`${name} under ${policy.slice(policy.indexOf('script-src'))}`, async (t) => {
    const { line } = await open(t, policy, kind(name, body));
    assert.equal(await line(0), 'subscribed');
    await application(port, SEALING).trigger(channelOf(name), 'greeting', { text: 'hello' });
    assert.equal(await line(1), `received hello in a ${place}`);
  });
}

for (const [name, content] of [
  ['pusher.min.js', SCRIPT('pusher.min.js', tried)],
  ['pusher.external.min.js', SCRIPT('pusher.external.min.js', loaded)],
  ['pusher.worker.min.js', WORKER('pusher.worker.min.js')],
]) {
  test(`${name} where WebAssembly is forbidden: one error that says what to do`, async (t) => {
    const { line } = await open(t, STRICT, content);
    const text = await line(0);
    assert.match(text, /could not be compiled as WebAssembly \(.+\)/);
    assert.match(text, /'wasm-unsafe-eval'.* pusher\.nowasm\.js/);
  });
}

test('pusher.external.js before and without its engine', async (t) => {
  const both = `${tried}
  Pusher.load('nowhere.wasm').catch((error) => { failed(error); return Pusher.load(); }).then(() => tell('loaded'));`;
  const { line } = await open(t, WASM, SCRIPT('pusher.external.js', both));
  assert.match(await line(0), /is not there yet: `await Pusher\.load\(\)` before `new Pusher`/);
  assert.match(await line(1), /could not be fetched from nowhere\.wasm: the answer is 404/);
  assert.equal(await line(2), 'loaded');
});
