// The npm package as programs get it: packed, installed, and each program really receives an event.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test, { before } from 'node:test';
import { application } from '../../../tests/e2e/lib/application.mjs';
import { browser } from '../../../tests/e2e/lib/browser.mjs';
import { Program, run, wholeFile } from '../../../tests/e2e/lib/program.mjs';
import { serve } from '../../../tests/e2e/lib/servers.mjs';
import { copyWith, distribution, install, MODULES, pack, succeed } from './lib/package.mjs';
import { SEALING } from './lib/sealing.mjs';
import { staticSite } from './lib/site.mjs';

const VERSION = '1.2.3-test';
const NODES = [20, 22].map((major) => ({
  major,
  binary: [`node${major}`, `node${major}-arm64`].map((name) => `${MODULES}/${name}/bin/node`).find(existsSync),
}));

const VITE = `${MODULES}/vite/bin/vite.js`;

const file = wholeFile();
let programs; // a folder with the package installed
let withWs; // and with `ws`
let port;
let chromium;

before(async () => {
  const packed = await pack(file, await distribution(file, { VERSION }), VERSION);
  programs = await install(file, packed);
  withWs = copyWith(file, programs, 'ws');
  ({ port } = await serve(file, ['--dev-auth']));
  chromium = await browser(file);
});

const greet = (text, channel = 'news') => application(port, SEALING).trigger(channel, 'greeting', { text });

for (const { major, binary } of NODES) {
  // Node 20 has no WebSocket of its own: `ws` is what it takes instead.
  const place = () => (major < 22 ? withWs : programs);
  for (const [program, channel] of [
    ['module/main'], ['module/nowasm'], ['module/external'], ['commonjs/main'],
    ['module/encrypted', 'private-encrypted-news'],
  ]) {
    test(`Node ${major}, ${program}`, { skip: !binary && 'not installed' }, async (t) => {
      const running = new Program(binary, [`${place()}/${program}.js`, String(port), 'ws']);
      t.after(() => running.stop('SIGKILL'));
      await running.line('out', /^subscribed$/);
      await greet('hello', channel);
      assert.equal(await running.end(), 0, running.err.join('\n'));
      assert.equal(running.out.at(-1), `received hello with ${VERSION} on Node ${major}`);
      assert.deepEqual(running.err, []);
    });
  }

  test(`Node ${major}, rendering on a server`, { skip: !binary && 'not installed' }, async () => {
    const { code, out, err } = await run(binary, [`${programs}/server/main.js`]);
    assert.equal(err, '');
    assert.equal(out, '<ul><li>function</li><li>0</li><li>undefined</li><li>undefined</li></ul>\n');
    assert.equal(code, 0);
  });
}

test('Node 20 without ws goes over HTTP', { skip: !NODES[0].binary && 'not installed' }, async (t) => {
  const words = [`${programs}/module/main.js`, String(port), 'ws', 'xhr_streaming'];
  const running = new Program(NODES[0].binary, words);
  t.after(() => running.stop('SIGKILL'));
  await running.line('out', /^subscribed$/);
  await greet('hello');
  assert.equal(await running.end(), 0, running.err.join('\n'));
  assert.match(running.out.at(-1), /^received hello /);
});

for (const [program, places, channel] of [
  ['page', ['page']], ['external', ['page']], ['worker', ['worker']],
  ['encrypted', ['page', 'worker'], 'private-encrypted-news'],
]) {
  test(`Vite, ${program}`, { skip: !NODES[1].binary && 'not installed' }, async (t) => {
    const made = `${programs}/${program}`;
    await succeed(NODES[1].binary, [VITE, 'build', made, '--logLevel', 'warn', '--target', 'es2022']);
    const site = await staticSite(t, `${made}/dist`);
    const page = await chromium.newPage();
    t.after(() => page.close());
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${site}index.html?port=${port}`);
    await page.waitForSelector('body[data-state=subscribed]', { state: 'attached' });
    await greet('hello', channel);
    await page.waitForSelector(`#news li:nth-child(${places.length})`, { state: 'attached' });
    const items = await page.$$eval('#news li', (all) => all.map(({ textContent }) => textContent));
    assert.deepEqual(items.sort(), places.map((place) => `received hello with ${VERSION} in a ${place}`));
    assert.deepEqual(errors, []);
  });
}
