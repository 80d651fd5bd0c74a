// `make dev`: serves pusher.js and what it may fetch while their sources are being edited. Each file is
// bundled anew when it is asked for after an edit; C sources make CMake build pusher.wasm first.
//
//     node build/dev.mjs [--port PORT]        default: PORT of the environment, or 5555; 0: any free one
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ROOT, settings, WASM, WEB } from './bundle.mjs';
import { fileName, TARGETS, variants } from './targets.mjs';

const ENGINE = ['src/base', 'src/json', 'src/core', 'web/wasm'].map((folder) => ROOT + folder);
const GLUE = [`${WEB}src`, WASM];
const SOCKJS = `${WEB}node_modules/sockjs-client/dist/`;

const { values } = parseArgs({ options: { port: { type: 'string', default: process.env.PORT || '5555' } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`--port ${values.port} is no port`);

// Path of a file to how it is made.
const files = new Map([['/pusher.wasm', () => readFileSync(WASM)]]);
for (const name of ['sockjs.js', 'sockjs.min.js']) files.set(`/${name}`, () => readFileSync(SOCKJS + name));
for (const target of TARGETS.filter(({ format }) => format !== 'commonjs')) {
  for (const minify of variants(target)) {
    const name = fileName(target, minify);
    const made = freshly(newestIn(GLUE), () => bundle(target, minify, settings()));
    const part = (wanted) => async () => (await made()).find((file) => file.name === wanted).text;
    files.set(`/${name}`, part(name));
    files.set(`/${name}.map`, part(`${name}.map`));
  }
}
const buildEngine = freshly(newestIn(ENGINE), () =>
  run('cmake', ['--build', `${ROOT}build`, '--target', 'pusher_wasm']));

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(`dev: ${error.message}`);
    // A page that loads the script by a tag shows what is wrong where its author looks.
    response.writeHead(200, head('text/javascript'));
    response.end(`console.error(${JSON.stringify(`pusher.js could not be bundled: ${error.message}`)});\n`);
  });
});
server.on('error', (error) =>
  fail(error.code === 'EADDRINUSE' ? `port ${port} is taken: try PORT=5556 make dev` : error.message));
server.listen(port, 'localhost', () => {
  const base = `http://localhost:${server.address().port}`;
  console.log(`dev: ${base}/pusher.js is bundled anew after every edit; what else there is: ${base}/`);
});

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/') return list(response);
  const make = files.get(pathname);
  if (!make) {
    response.writeHead(404, head('text/plain')).end(`There is no ${pathname} here.\n`);
    return;
  }
  await buildEngine();
  const content = await make();
  response.writeHead(200, head(TYPES[extname(pathname)])).end(content);
}

function list(response) {
  const links = [...files.keys()].filter((path) => !path.endsWith('.map')).sort()
    .map((path) => `<li><a href="${path}">${path}</a></li>`).join('\n');
  response.writeHead(200, head('text/html'));
  response.end(`<!doctype html><title>pusher.js</title><ul>\n${links}\n</ul>\n`);
}

const TYPES = { '.js': 'text/javascript', '.map': 'application/json', '.wasm': 'application/wasm' };

function head(type) {
  return {
    'Content-Type': type === 'application/wasm' ? type : `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
  };
}

// Does the work again when its sources are newer than the last time; requests at the same time share it.
function freshly(newest, work) {
  let done = -1;
  let result;
  return () => {
    const now = newest();
    if (now === done) return result;
    done = now;
    result = work();
    result.catch(() => {
      done = -1; // try again, even without an edit
    });
    return result;
  };
}

// When a file in one of the places was last changed, as a text that differs after each edit.
function newestIn(places) {
  const times = (place) => {
    const found = statSync(place, { throwIfNoEntry: false });
    if (!found) return [`${place}: none`];
    if (!found.isDirectory()) return [`${place} ${found.mtimeMs}`];
    return readdirSync(place).flatMap((name) => times(`${place}/${name}`));
  };
  return () => places.flatMap(times).join('\n');
}

function run(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} failed:\n${output}`));
    });
  });
}

function fail(text) {
  console.error(`dev: ${text}`);
  process.exit(1);
}
