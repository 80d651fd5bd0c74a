// The site that the suites come from and report to: pages, scripts, the library, and at /control/NAME what
// services.mjs offers. One process of a browser, or many, may use it at the same time.
import http from 'node:http';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { MOCHA } from './suites.mjs';

const PAGE = fileURLToPath(new URL('../page/', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
};
const MAX_BODY = 1 << 20;

async function bodyOf(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += part;
    if (text.length > MAX_BODY) throw new Error('The body is too large.');
  }
  return text ? JSON.parse(text) : {};
}

function send(response, status, type, body) {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

const sendJson = (response, status, value) => send(response, status, 'application/json', JSON.stringify(value ?? null));

// library: the path of the bundle; script: () => the suites' script; report: (event) => void, what pages tell.
export async function startSite({ services, library, script, report = () => {}, extra = {}, port = 0 }) {
  const config = { ...services.config, library: `/library/${basename(library)}`, ...extra };
  const waiting = new Set(); // pages that want to know when the suites have changed

  // A file of a folder; a name is one word, so nothing leads out of it.
  async function file(folder, name, response) {
    const type = TYPES[extname(name)];
    if (!type || !/^[\w.-]+$/.test(name)) return sendJson(response, 404, 'There is no such file.');
    try {
      send(response, 200, type, await readFile(join(folder, name)));
    } catch {
      sendJson(response, 404, 'There is no such file.');
    }
  }

  const routes = {
    '': (_, response) => file(PAGE, 'index.html', response),
    page: (name, response) => file(PAGE, name, response),
    mocha: (name, response) => file(MOCHA, name, response),
    library: (name, response) => file(dirname(library), name, response),
    // What the dependency loader's tests load: one file is there, everything else is not.
    scripts: (name, response, request) => {
      const found = request.url.endsWith('/present.min.js');
      if (found) send(response, 200, TYPES['.js'], '');
      else sendJson(response, 404, 'There is no such script.');
    },
    'empty.html': (_, response) => send(response, 200, TYPES['.html'], '<!doctype html><title>empty</title><body>'),
    'suites.js': async (_, response) => send(response, 200, TYPES['.js'], await script()),
    'config.js': (_, response) =>
      send(response, 200, TYPES['.js'], `globalThis.PusherConfig = ${JSON.stringify(config)};`),
    changes: (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).flushHeaders();
      waiting.add(response);
      response.on('close', () => waiting.delete(response));
    },
    report: async (_, response, request) => {
      report(await bodyOf(request));
      sendJson(response, 200);
    },
    control: async (name, response, request) => {
      const control = services.controls[name];
      if (!control || request.method !== 'POST') return sendJson(response, 404, `There is no control ${name}.`);
      const result = await control(await bodyOf(request));
      sendJson(response, 200, name.startsWith('publish') ? null : result);
    },
  };

  const server = http.createServer(async (request, response) => {
    const [, route = '', ...rest] = new URL(request.url, 'http://site').pathname.split('/');
    try {
      if (Object.hasOwn(routes, route)) await routes[route](rest.join('/'), response, request);
      else sendJson(response, 404, 'There is no such page.');
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, String(error));
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    config,
    url: `http://127.0.0.1:${server.address().port}/`,
    changed: () => waiting.forEach((response) => response.write('data: changed\n\n')),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
