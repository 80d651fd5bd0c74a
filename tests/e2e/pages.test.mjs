// The demo pages with pusher.js, both as `pusher serve` serves them: what one window does, the other sees.
import test, { before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { browser } from './lib/browser.mjs';
import { until, wholeFile } from './lib/program.mjs';
import { serve } from './lib/servers.mjs';

const PAGES = ['', 'comments.html', 'stocks.html', 'chat.html', 'console.html'];
const SHOTS = process.env.PUSHER_SHOTS; // a folder: what the pages look like is left there

const file = wholeFile();
let base, chromium;
before(async () => {
  const { port } = await serve(file);
  base = `http://127.0.0.1:${port}`;
  const script = await fetch(`${base}/js/current/pusher.min.js`);
  assert.equal(script.status, 200, 'pusher.js is not built: run make dist');
  chromium = await browser(file);
});

// A window of its own, with nothing in common with others; anything that goes wrong in it fails the test.
async function open(t, name, options = {}) {
  const context = await chromium.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  page.problems = [];
  page.said = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    page.said.push(message.text());
    if (message.type() === 'error') page.problems.push(message.text());
  });
  page.on('requestfailed', (request) => page.problems.push(`${request.url()} failed`));
  await page.goto(`${base}/demo/${name}`);
  if (!name.startsWith('chat')) await ready(page);
  return page;
}

// Connected, and subscribed to all that the page wants.
async function ready(page) {
  await page.locator('#state', { hasText: /^connected$/ }).waitFor();
  await page.waitForFunction(() =>
    Pusher.instances.every((pusher) => pusher.allChannels().every((channel) => channel.subscribed)));
}

function assertCalm(...pages) {
  for (const page of pages) assert.deepEqual(page.problems, []);
}

const seen = (page, selector, text) => page.locator(selector, { hasText: text }).first().waitFor();
const said = (page, line) => until(() => page.said.includes(line), `'${line}' among ${page.said.join('\n')}`);

test('the pages may talk to this server only, and run no script but its own', async () => {
  for (const name of PAGES) {
    const answer = await fetch(`${base}/demo/${name}?key=%22%3E%3Cscript%3E`);
    assert.equal(answer.status, 200);
    const policy = answer.headers.get('content-security-policy');
    assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; .*connect-src 'self';/);
    assert.doesNotMatch(await answer.text(), /<script>|style=|onclick=/);
  }
});

test('the index tells how to begin, and hears of the event', async (t) => {
  const page = await open(t, '');
  assert.match(await page.textContent('#snippet'), /new Pusher\('app-key'/);
  for (const name of PAGES.slice(1)) {
    assert.ok(await page.locator(`main a[href="${name}"]`).isVisible(), name);
  }
  const body = JSON.stringify({ channel: 'my-channel', name: 'my-event', data: '{"text":"hi"}' });
  assert.equal((await fetch(`${base}/demo/publish`, { method: 'POST', body })).status, 200);
  await seen(page, '#greeting', 'my-event has come: {"text":"hi"}');
  assertCalm(page);
});

test('a comment appears where it was written and in the second window', async (t) => {
  const [ada, grace] = [await open(t, 'comments.html'), await open(t, 'comments.html')];
  await ada.fill('#author', 'Ada <b>');
  await ada.fill('#text', 'first & <i>foremost</i>');
  await ada.press('#text', 'Enter'); // by keyboard
  for (const page of [ada, grace]) {
    await seen(page, '#comments li', 'first & <i>foremost</i>');
    assert.equal(await page.locator('#comments strong').first().textContent(), 'Ada <b>');
    assert.equal(await page.locator('#empty').isVisible(), false);
  }
  assert.equal(await ada.inputValue('#text'), '');
  await grace.fill('#author', 'Grace');
  await grace.fill('#text', 'second');
  await grace.click('button[type=submit]');
  await seen(ada, '#comments li:first-child', 'second'); // newest first
  assertCalm(ada, grace);
});

test('prices change in the window of the market and elsewhere, for what is followed', async (t) => {
  const [market, viewer] = [await open(t, 'stocks.html'), await open(t, 'stocks.html')];
  const price = (page, symbol) => page.textContent(`#stock-${symbol} .price`);
  assert.equal(await price(viewer, 'ANV'), '–');
  await viewer.click('#stock-COB button');
  await market.click('#market');
  await until(async () => (await price(viewer, 'ANV')) !== '–', 'a price');
  const first = await price(viewer, 'ANV');
  await until(async () => (await price(viewer, 'ANV')) !== first, 'another price');
  await until(async () => (await viewer.getAttribute('#stock-ANV .line', 'd')).startsWith('M'), 'a line');
  await until(async () => (await price(market, 'COB')) !== '–', 'a price of the other stock');
  assert.equal(await price(viewer, 'COB'), '–'); // not followed
  await viewer.click('#stock-COB button');
  await until(async () => (await price(viewer, 'COB')) !== '–', 'a price of what is followed again');
  await viewer.click('#market'); // takes over
  await seen(market, '#news', 'in another window');
  assert.equal(await market.textContent('#market'), 'Open the market');
  await viewer.click('#market');
  await seen(viewer, '#news', 'closed');
  assertCalm(market, viewer);
});

async function enter(t, name) {
  const page = await open(t, 'chat.html');
  await page.fill('#name', name);
  await page.press('#name', 'Enter');
  await page.locator('#chat').waitFor();
  return page;
}

test('two windows of the chat see each other come, type, speak and leave', async (t) => {
  const [ada, grace] = [await enter(t, 'Ada'), await enter(t, 'Grace')];
  await seen(ada, '#talk', 'Grace has come');
  for (const page of [ada, grace]) {
    await seen(page, '#members li', 'Grace');
    await seen(page, '#members li', 'Ada');
    assert.equal(await page.textContent('#count'), '2');
  }
  await seen(grace, '#members li', 'Grace (you)');
  await grace.locator('#message').pressSequentially('hel');
  await seen(ada, '#typing', 'Grace is typing');
  await grace.locator('#message').pressSequentially('lo');
  await grace.press('#message', 'Enter');
  await seen(ada, '.said', 'hello');
  await seen(grace, '.said.mine', 'hello');
  await until(async () => (await ada.textContent('#typing')) === '', 'the end of typing');
  await ada.fill('#message', 'welcome');
  await ada.click('#say button');
  await seen(grace, '.said', 'welcome');
  await grace.click('#leave');
  await seen(ada, '#talk', 'Grace has left');
  assert.equal(await ada.textContent('#count'), '1');
  await grace.fill('#name', 'Grace again');
  await grace.click('#join button');
  await seen(ada, '#members li', 'Grace again');
  assertCalm(ada, grace);
});

describe('the console', () => {
  test('shows states and events, filters, pauses and clears', async (t) => {
    const page = await open(t, 'console.html?channel=my-channel');
    await said(page, 'subscribed to my-channel');
    for (const state of ['connecting', 'connected']) await seen(page, '#log li', state);
    await page.click('#send button');
    await said(page, 'shown: my-channel my-event {"text":"hi"}');
    await seen(page, '#log .tag.channel', 'my-channel');
    await page.fill('#filter', 'my-event');
    await until(async () => (await page.textContent('#shown')) === '2', 'what was sent and what came');
    assert.equal(await page.locator('#log li', { hasText: 'connecting' }).first().isVisible(), false);
    await page.fill('#filter', '');
    await page.click('#pause');
    const count = await page.textContent('#shown');
    await page.fill('#data', '"unseen"');
    await page.click('#send button');
    await said(page, 'shown: my-channel my-event unseen');
    assert.equal(await page.textContent('#shown'), count);
    await page.click('#pause');
    await page.click('#clear');
    assert.equal(await page.textContent('#shown'), '0');
    await page.click('#toggle');
    await seen(page, '#log li', 'disconnected');
    await page.click('#toggle');
    await seen(page, '#log li b', /^connected$/);
    assertCalm(page);
  });

  test('subscribes, ends, and sends client events', async (t) => {
    const [one, two] = [await open(t, 'console.html'), await open(t, 'console.html')];
    for (const page of [one, two]) {
      for (const name of ['private-a', 'presence-b']) {
        await page.fill('#channel', name);
        await page.press('#channel', 'Enter');
        await said(page, `subscribed to ${name}`);
      }
    }
    await seen(one, '#channels li', 'subscribed · 2');
    await one.selectOption('#way', 'trigger');
    assert.equal(await one.inputValue('#event'), 'client-my-event');
    await one.click('#send button');
    await said(two, 'shown: private-a client-my-event {"text":"hi"}');
    await two.click('[aria-label="Unsubscribe from presence-b"]');
    await seen(one, '#channels li', 'subscribed · 1');
    await one.fill('#to', 'elsewhere');
    await one.click('#send button');
    await seen(one, '.note', 'must be subscribed to elsewhere first');
    assertCalm(one, two);
  });

  test('says why an event can not be published', async (t) => {
    const page = await open(t, 'console.html');
    await page.fill('#to', 'not a channel');
    await page.click('#send button');
    await seen(page, '.note.bad', 'The server does not publish this');
  });
});

test('without an app for the pages they say what to do', async (t) => {
  const { port } = await serve(t, ['--app', '1:own:secret']);
  const page = await (await chromium.newContext()).newPage();
  t.after(() => page.context().close());
  await page.goto(`http://127.0.0.1:${port}/demo/comments.html`);
  await seen(page, '.note', '?key=');
  await page.goto(`http://127.0.0.1:${port}/demo/comments.html?key=own`);
  await page.locator('#state', { hasText: /^connected$/ }).waitFor();
  assert.match(await page.getAttribute('nav a', 'href'), /comments\.html/);
  assert.match(await page.evaluate(() => document.querySelector('nav a').href), /\?key=own$/);
  await page.fill('#author', 'Ada');
  await page.fill('#text', 'hi');
  await page.click('button[type=submit]');
  await seen(page, '.note', 'pusher trigger comments new-comment');
});

test('behind a prefix everything is where the pages look for it', async (t) => {
  const { port } = await serve(t, ['--path-prefix', '/real/time']);
  const page = await (await chromium.newContext()).newPage();
  t.after(() => page.context().close());
  await page.goto(`http://127.0.0.1:${port}/real/time/demo`); // without its slash
  await page.locator('#state', { hasText: /^connected$/ }).waitFor();
  await page.goto(`http://127.0.0.1:${port}/real/time/demo/chat.html`);
  await page.fill('#name', 'Ada');
  await page.click('#join button');
  await seen(page, '#members li', 'Ada (you)');
});

// ---- What they look like ----

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[375, 740], [1280, 860]]) {
    test(`${colorScheme}, ${width} pixels wide: nothing is cut off, all is named`, async (t) => {
      for (const name of PAGES) {
        const page = await open(t, name, { colorScheme, viewport: { width, height } });
        const found = await page.evaluate(() => ({
          overflow: document.documentElement.scrollWidth - innerWidth,
          back: getComputedStyle(document.body).backgroundColor,
          nameless: Array.from(document.querySelectorAll('input, select, textarea, button, a'))
            .filter((each) => !(each.labels && each.labels.length) && !each.getAttribute('aria-label')
              && !each.textContent.trim())
            .map((each) => each.outerHTML),
        }));
        assert.ok(found.overflow <= 0, `${name} is ${found.overflow} pixels too wide`);
        assert.deepEqual(found.nameless, [], name);
        const brightness = Number(found.back.match(/\d+/)[0]);
        assert.equal(brightness > 128, colorScheme === 'light', `${name}: ${found.back}`);
        if (SHOTS) {
          mkdirSync(SHOTS, { recursive: true });
          await page.screenshot({
            path: join(SHOTS, `${name || 'index'}-${colorScheme}-${width}.png`), fullPage: true,
          });
        }
        assertCalm(page);
      }
    });
  }
}

test('the keyboard reaches everything, and shows where it is', async (t) => {
  const page = await open(t, 'console.html');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  const reached = new Set();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const each = document.activeElement;
      return { id: each.id, outline: getComputedStyle(each).outlineStyle };
    });
    if (at.id) {
      assert.notEqual(at.outline, 'none', at.id);
      reached.add(at.id);
    }
  }
  for (const id of ['toggle', 'channel', 'way', 'to', 'event', 'data', 'pause', 'clear', 'filter', 'log']) {
    assert.ok(reached.has(id), `${id} is reached`);
  }
});
