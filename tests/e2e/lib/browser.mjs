// Chromium, and pages in it that hold a client of a test.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
const EXECUTABLE = process.env.CHROMIUM_BIN ?? PLACES.find(existsSync);

export const nodeModule = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));

// Starts it; ends with the test.
export async function browser(t) {
  const started = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  t.after(() => started.close());
  return started;
}

// An origin with an empty page; ends with the test.
export async function emptySite(t) {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>empty</title>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}

// A page of that site with scripts in it. Nothing reaches the network but loopback; `files` are what other
// addresses are answered with: { 'part of the URL': path }.
export async function page(started, site, scripts, files = {}) {
  const made = await started.newPage();
  await made.route(/^(?!http:\/\/127\.0\.0\.1[:/])/, (route) => {
    const found = Object.entries(files).find(([part]) => route.request().url().includes(part));
    if (!found) return route.abort();
    return route.fulfill({ contentType: 'application/javascript', body: readFileSync(found[1], 'utf8') });
  });
  await made.goto(site);
  for (const path of scripts) await made.addScriptTag({ path });
  return made;
}
