/* The XMLHttpRequest over fetch, against an HTTP server of Node's. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { load } from './lib/load.mjs';

const { FetchXHR } = await load('runtime/fetch_xhr.ts');

let server;
let base;
let answer;

before(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/* A request that is recorded, and promises for what happens to it. */
function open(method, path) {
  const xhr = new FetchXHR();
  const trace = [];
  for (const name of ['onreadystatechange', 'onprogress', 'onload', 'onerror', 'onabort', 'onloadend']) {
    xhr[name] = () => {
      trace.push(name === 'onreadystatechange' ? xhr.readyState : name.slice(2));
      waiting = waiting.filter(({ holds, done }) => !holds() || done());
    };
  }
  let waiting = [];
  const until = async (holds) => holds() || new Promise((done) => waiting.push({ holds, done }));
  xhr.open(method, base + path);
  assert.deepEqual(trace.splice(0), [1]);
  return { xhr, trace, until, ended: () => until(() => trace.includes('loadend')) };
}

async function bodyOf(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += piece;
  }
  return text;
}

test('a request and its answer', async () => {
  let seen;
  answer = async (request, response) => {
    const { method, url, headers } = request;
    seen = { method, url, headers, body: await bodyOf(request) };
    response.writeHead(201, 'Made', { 'X-Answer': 'yes' }).end('größer');
  };
  const { xhr, trace, ended } = open('POST', '/a?b=1');
  xhr.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  xhr.setRequestHeader('X-Many', 'one');
  xhr.setRequestHeader('X-Many', 'two');
  xhr.send('socket_id=1.2&a=%20');
  await ended();
  assert.equal(seen.method, 'POST');
  assert.equal(seen.url, '/a?b=1');
  assert.equal(seen.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(seen.headers['x-many'], 'one, two');
  assert.equal(seen.body, 'socket_id=1.2&a=%20');
  assert.deepEqual([xhr.status, xhr.statusText, xhr.responseText], [201, 'Made', 'größer']);
  assert.equal(xhr.responseURL, `${base}/a?b=1`);
  assert.equal(xhr.getResponseHeader('x-answer'), 'yes');
  assert.match(xhr.getAllResponseHeaders(), /x-answer: yes\r\n/);
  assert.deepEqual(trace, [2, 3, 'progress', 4, 'load', 'loadend']);
});

test('statuses that are no success, and answers without a text', async () => {
  answer = (request, response) => response.writeHead(Number(request.url.slice(1))).end();
  for (const status of [204, 403, 404, 500]) {
    const { xhr, trace, ended } = open('GET', `/${status}`);
    xhr.send();
    await ended();
    assert.equal(xhr.status, status);
    assert.equal(xhr.responseText, '');
    assert.deepEqual(trace, [2, 4, 'load', 'loadend']);
  }
});

test('text is there while the answer arrives, in whole characters', async () => {
  let response;
  answer = (_request, opened) => {
    response = opened;
    response.writeHead(200).write('o\n');
  };
  const { xhr, trace, until, ended } = open('POST', '/stream');
  xhr.send();
  await until(() => xhr.responseText === 'o\n');
  assert.deepEqual([xhr.readyState, xhr.status], [3, 200]);
  const bytes = Buffer.from('a["😀"]\n');
  response.write(bytes.subarray(0, 5));
  await until(() => xhr.responseText === 'o\na["');
  response.write(bytes.subarray(5));
  await until(() => xhr.responseText === 'o\na["😀"]\n');
  response.end('h\n');
  await ended();
  assert.equal(xhr.responseText, 'o\na["😀"]\nh\n');
  assert.equal(trace.filter((event) => event === 'progress').length, 4);
});

test('an answer of 4 MiB', async () => {
  const piece = 'äb€'.repeat(1024);
  answer = (_request, response) => {
    for (let i = 0; i < 700; i++) {
      response.write(piece);
    }
    response.end();
  };
  const { xhr, ended } = open('GET', '/big');
  xhr.send();
  await ended();
  assert.equal(xhr.responseText.length, piece.length * 700);
  assert.ok(xhr.responseText === piece.repeat(700));
});

test('a body of 1 MiB', async () => {
  const body = 'x'.repeat(1 << 20);
  answer = async (request, response) => response.end(String((await bodyOf(request)).length));
  const { xhr, ended } = open('POST', '/');
  xhr.send(body);
  await ended();
  assert.equal(xhr.responseText, String(1 << 20));
});

test('abort ends the request on both sides', async () => {
  let closed;
  answer = (_request, response) => {
    closed = once(response, 'close');
    response.writeHead(200).write('o\n');
  };
  const { xhr, trace, until } = open('POST', '/stream');
  xhr.send();
  await until(() => xhr.responseText === 'o\n');
  trace.length = 0;
  xhr.abort();
  assert.deepEqual(trace, [4, 'abort', 'loadend']);
  assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [0, 0, '']);
  await closed;
  assert.deepEqual(trace, [4, 'abort', 'loadend']);
});

test('abort before the answer has begun, and inside of a handler', async () => {
  const arrived = new Promise((done) => {
    answer = (_request, response) => done({ closed: once(response, 'close') });
  });
  const early = open('GET', '/');
  early.xhr.send();
  const { closed } = await arrived;
  early.xhr.abort();
  assert.deepEqual(early.trace, [4, 'abort', 'loadend']);
  await closed;

  answer = (_request, response) => response.end('text');
  const inside = open('GET', '/');
  const aborted = new Promise((done) => {
    inside.xhr.onreadystatechange = () => {
      if (inside.xhr.readyState === 3) {
        inside.xhr.onreadystatechange = null;
        inside.xhr.abort();
        done();
      }
    };
  });
  inside.xhr.send();
  await aborted;
  assert.deepEqual(inside.trace, ['abort', 'loadend']);
});

test('abort where nothing is under way changes nothing', async () => {
  answer = (_request, response) => response.end('text');
  const { xhr, trace, ended } = open('GET', '/');
  xhr.abort();
  assert.equal(xhr.readyState, 1);
  xhr.send();
  await ended();
  assert.equal(xhr.responseText, 'text');
  xhr.abort();
  assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [0, 0, '']);
  assert.equal(trace.filter((event) => event === 'abort').length, 0);
});

test('nobody listening, and a connection that breaks', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address();
  gone.close();
  await once(gone, 'close');
  const refused = open('GET', '/');
  refused.xhr.open('GET', `http://127.0.0.1:${port}/`);
  refused.xhr.send();
  await refused.ended();
  assert.deepEqual(refused.trace, [4, 'error', 'loadend']);
  assert.equal(refused.xhr.status, 0);

  answer = (_request, response) => {
    response.writeHead(200).write('o\n');
    broken = response;
  };
  let broken;
  const cut = open('GET', '/');
  cut.xhr.send();
  await cut.until(() => cut.xhr.responseText === 'o\n');
  broken.destroy();
  await cut.ended();
  assert.deepEqual(cut.trace.slice(-3), [4, 'error', 'loadend']);
  assert.deepEqual([cut.xhr.status, cut.xhr.responseText], [0, '']);
});

test('a request object may be used again', async () => {
  answer = (request, response) => response.end(request.url);
  const { xhr, trace, ended } = open('GET', '/first');
  xhr.send();
  await ended();
  trace.length = 0;
  xhr.open('GET', `${base}/second`);
  xhr.send();
  await ended();
  assert.equal(xhr.responseText, '/second');
  assert.deepEqual(trace, [1, 2, 3, 'progress', 4, 'load', 'loadend']);
});

test('what is opened anew forgets the answer that was on its way', async () => {
  let first;
  const arrived = new Promise((done) => {
    answer = (_request, response) => {
      first = response;
      done();
    };
  });
  const { xhr, trace, ended } = open('GET', '/first');
  xhr.send();
  await arrived;
  answer = (request, response) => response.end(request.url);
  xhr.open('GET', `${base}/second`);
  first.end('first');
  xhr.send();
  await ended();
  assert.equal(xhr.responseText, '/second');
  assert.deepEqual(trace, [2, 3, 'progress', 4, 'load', 'loadend']);
});

test('mistakes in using it are errors that say so', () => {
  const xhr = new FetchXHR();
  assert.throws(() => xhr.send(), /send is possible only between open and send/);
  assert.throws(() => xhr.setRequestHeader('a', 'b'), /setRequestHeader is possible only/);
  assert.throws(() => xhr.open('GET', `${base}/`, false), /asynchronous/);
  assert.throws(() => xhr.open('POST', '/pusher/auth'), /"\/pusher\/auth".*https:\/\/host\/path/);
  assert.equal(xhr.readyState, 0);
});

test("a handler's exception is the program's and does not harm the request", async () => {
  answer = (_request, response) => response.end('text');
  const { xhr, ended } = open('GET', '/');
  const thrown = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const reported = new Promise((done) => {
    process.on('uncaughtException', (error) => {
      thrown.push(error.message);
      done();
    });
  });
  xhr.onprogress = () => {
    throw new Error('mine');
  };
  xhr.send();
  await Promise.all([ended(), reported]);
  process.removeAllListeners('uncaughtException');
  others.forEach((listener) => process.on('uncaughtException', listener));
  assert.deepEqual(thrown, ['mine']);
  assert.deepEqual([xhr.status, xhr.responseText], [200, 'text']);
});

test('cookies go to the own origin only, unless they are asked for', async () => {
  const original = globalThis.fetch;
  const credentials = [];
  globalThis.fetch = async (_url, init) => {
    credentials.push(init.credentials);
    return new Response('');
  };
  try {
    const plain = open('GET', '/');
    plain.xhr.send();
    const asked = open('GET', '/');
    asked.xhr.withCredentials = true;
    asked.xhr.send();
    await Promise.all([plain.ended(), asked.ended()]);
  } finally {
    globalThis.fetch = original;
  }
  assert.deepEqual(credentials, ['same-origin', 'include']);
});
