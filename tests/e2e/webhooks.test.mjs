// Webhooks of `pusher serve`, received by an application that checks them with the `pusher` SDK.
import test from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

import { Authority } from './lib/certificates.mjs';
import { APP, freePort, pusher as program, serve } from './lib/servers.mjs';
import { folder } from './lib/software.mjs';
import { until } from './lib/program.mjs';
import { signingClient as client, subscribed } from './lib/signing_client.mjs';
import { short, webhookReceiver } from './lib/webhook_receiver.mjs';

const GRACE_MS = 200; // in tests that are not about it

const app = (webhooks, more = {}) => ({ id: APP.appId, key: APP.key, secret: APP.secret, webhooks, ...more });

// A server with such apps; `settings` are further ones of the file.
async function server(t, apps, settings = {}) {
  const config = join(folder(t), 'config.json');
  writeFileSync(config, JSON.stringify({ webhook_grace_ms: GRACE_MS, ...settings, apps }));
  return { ...(await serve(t, ['--config', config])), config };
}

test('events are signed, typed and one in a request', async (t) => {
  const receiver = await webhookReceiver(t);
  const { port } = await server(t, [app([{ url: `${receiver.url}?a=b`, headers: { 'X-Own': 'yes' } }])]);
  const ann = client(t, port, { user: 'ann' });
  const channel = await subscribed(ann, 'presence-room');
  const before = Date.now();
  channel.trigger('client-hello', { text: 'hi' });
  await receiver.took(3);
  ann.disconnect();
  await receiver.took(5);
  assert.deepEqual(short(receiver.events), [
    'channel_occupied presence-room',
    'member_added presence-room ann',
    'client_event presence-room ann',
    'member_removed presence-room ann',
    'channel_vacated presence-room',
  ]);
  assert.deepEqual({ ...receiver.events[2], socket_id: '' }, {
    name: 'client_event',
    channel: 'presence-room',
    event: 'client-hello',
    data: '{"text":"hi"}',
    socket_id: '',
    user_id: 'ann',
  });
  assert.match(receiver.events[2].socket_id, /^\d+\.\d+$/);
  assert.equal(receiver.requests.length, 5);
  assert.equal(receiver.invalid, 0);
  for (const { method, url, headers } of receiver.requests) {
    assert.equal(method, 'POST');
    assert.equal(url, '/webhooks?a=b');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-pusher-key'], APP.key);
    assert.equal(headers['x-own'], 'yes');
  }
  assert.ok(Math.abs(receiver.requests[2].time.getTime() - before) < 60_000);
  assert.equal(receiver.connections, 1); // it was kept
});

test('cache misses and counts', async (t) => {
  const receiver = await webhookReceiver(t);
  const { port } = await server(t, [
    app([{ url: receiver.url, event_types: ['cache_miss', 'subscription_count'] }], { subscription_count: true }),
  ]);
  const one = client(t, port);
  const two = client(t, port);
  await subscribed(one, 'cache-a');
  await subscribed(two, 'cache-a');
  one.unsubscribe('cache-a');
  await receiver.took(4);
  const [miss, ...counts] = receiver.events;
  assert.deepEqual(miss, { name: 'cache_miss', channel: 'cache-a' }); // once for both
  assert.deepEqual(counts, [1, 2, 1].map((subscription_count) => (
    { name: 'subscription_count', channel: 'cache-a', subscription_count })));
});

test('filters choose events, batching gathers them, two apps do not mix', async (t) => {
  const other = { appId: 'other', key: 'other-key', secret: 'other-secret' };
  const some = await webhookReceiver(t);
  const all = await webhookReceiver(t);
  const others = await webhookReceiver(t, { app: other });
  const { port } = await server(t, [
    app([
      { url: some.url, event_types: ['channel_occupied'], filter: { channel_name_starts_with: 'a-' }, batching: true },
      { url: all.url, batching: true },
    ]),
    { id: other.appId, key: other.key, secret: other.secret, webhooks: [{ url: others.url, batching: true }] },
  ]);
  const one = client(t, port);
  const two = client(t, port, other);
  const names = ['a-1', 'b-1', 'a-2'];
  await Promise.all(names.flatMap((name) => [subscribed(one, name), subscribed(two, `of-two-${name}`)]));
  await Promise.all([some.took(2), all.took(3), others.took(3)]);
  one.disconnect();
  two.disconnect();
  await Promise.all([all.took(6), others.took(6)]);
  assert.deepEqual(short(some.events), ['channel_occupied a-1', 'channel_occupied a-2']);
  assert.deepEqual(new Set(all.events.map(({ channel }) => channel)), new Set(names));
  assert.deepEqual(new Set(others.events.map(({ channel }) => channel)), new Set(names.map((n) => `of-two-${n}`)));
  assert.equal(some.invalid + all.invalid + others.invalid, 0); // each with the key of its app
  assert.ok(all.requests.length < 6, `${all.requests.length} requests for 6 events`);
});

test('who reloads the page within the grace was never gone', async (t) => {
  const receiver = await webhookReceiver(t);
  const { port } = await server(t, [app([{ url: receiver.url }])], { webhook_grace_ms: 3000 });
  const first = client(t, port, { user: 'ann' });
  await subscribed(first, 'presence-room');
  await receiver.took(2);
  first.disconnect();
  const second = client(t, port, { user: 'ann' });
  await subscribed(second, 'presence-room');
  // What ends later comes later: when it is there, the grace of the first has long been over.
  const marker = client(t, port);
  await subscribed(marker, 'marker');
  marker.disconnect();
  await receiver.took(4);
  assert.deepEqual(short(receiver.events.slice(2)), ['channel_occupied marker', 'channel_vacated marker']);
});

test('500, 500, 200: delivered once, after growing pauses, in order', async (t) => {
  const receiver = await webhookReceiver(t, { answer: (number) => (number < 2 ? 500 : 200) });
  const { port, program: { err } } = await server(t, [app([{ url: receiver.url }])]);
  const one = client(t, port);
  await subscribed(one, 'a');
  await subscribed(one, 'b');
  await receiver.took(2);
  assert.deepEqual(receiver.events.map(({ channel }) => channel), ['a', 'b']);
  assert.equal(receiver.requests.length, 4);
  const [first, second, third] = receiver.requests;
  assert.equal(first.rawBody, second.rawBody);
  assert.equal(first.headers['x-pusher-signature'], third.headers['x-pusher-signature']);
  assert.ok(second.at - first.at >= 990, `${second.at - first.at} ms`);
  assert.ok(third.at - second.at >= 1990, `${third.at - second.at} ms`);
  assert.equal(err.filter((line) => /webhook.*failed: the answer was 500/.test(line)).length, 1);
  await until(() => err.some((line) => line.includes('works again')), 'a line of relief');
});

test('a receiver that is slow gets one request at a time; one that never answers, a retry', async (t) => {
  let busy = 0;
  let most = 0;
  const never = new Promise(() => {});
  const receiver = await webhookReceiver(t, {
    answer: (number) => {
      if (number === 0) return { status: 200, after: never };
      most = Math.max(most, ++busy);
      return { status: 200, after: new Promise((resolve) => setTimeout(resolve, 50)).then(() => busy--) };
    },
  });
  const { port } = await server(t, [app([{ url: receiver.url, timeout_ms: 300 }])]);
  const one = client(t, port);
  const names = Array.from({ length: 10 }, (_, i) => `c${i}`);
  await Promise.all(names.map((name) => subscribed(one, name)));
  await receiver.took(10);
  assert.deepEqual(receiver.events.map(({ channel }) => channel), names);
  assert.equal(most, 1);
  assert.equal(receiver.requests[0].rawBody, receiver.requests[1].rawBody);
});

// A receiver without HTTP's manners: `serveRequest(socket, number, ofConnection)` is called for each request.
async function rawReceiver(t, serveRequest) {
  const sockets = new Set();
  let count = 0;
  const listener = net.createServer((socket) => {
    let ofConnection = 0;
    let received = '';
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes;
      const length = /content-length: (\d+)\r\n/i.exec(received);
      const end = received.indexOf('\r\n\r\n') + 4;
      if (!length || end < 4 || received.length < end + Number(length[1])) return;
      received = received.slice(end + Number(length[1]));
      serveRequest(socket, count++, ofConnection++);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    listener.close();
  });
  return { url: `http://127.0.0.1:${listener.address().port}/`, sockets, count: () => count };
}

test('a connection that was kept may end at any time', async (t) => {
  const answered = [];
  const { url } = await rawReceiver(t, (socket, number, ofConnection) => {
    if (ofConnection === 2) return socket.destroy(); // the third request on it
    answered.push(number);
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  const { port, program: running } = await server(t, [app([{ url }])]);
  const one = client(t, port);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await subscribed(one, name);
  await until(() => answered.length === 5, 'five answers');
  assert.equal(running.err.filter((line) => line.includes('failed')).length, 0);
});

test('answers that never end cost neither memory nor time', async (t) => {
  const filler = Buffer.alloc(65536, 'x');
  const endless = await rawReceiver(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.write(filler));
    };
    socket.on('drain', more);
    more();
  });
  const dripping = await rawReceiver(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket.write('X-A: b\r\n'), 20);
    socket.on('close', () => clearInterval(timer));
  });
  const { port, program: running } = await server(t, [
    app([{ url: endless.url }, { url: dripping.url, timeout_ms: 300, retry_ms: 0 }]),
  ]);
  await subscribed(client(t, port), 'a');
  await running.line('err', /gave up 1 webhook events .*no answer came in time/);
  await until(() => [...endless.sockets].every((socket) => socket.destroyed), 'the endless answer is cut');
  assert.match(await (await fetch(`http://127.0.0.1:${port}/`)).text(), /Webhook events sent<\/dt><dd>1</);
});

test('redirects are not followed', async (t) => {
  const elsewhere = await webhookReceiver(t);
  const receiver = await webhookReceiver(t, {
    answer: () => ({ status: 307, headers: { location: elsewhere.url } }),
  });
  const { port, program: running } = await server(t, [app([{ url: receiver.url, retry_ms: 0 }])]);
  await subscribed(client(t, port), 'a');
  await running.line('err', /gave up 1 webhook events .*the answer was 307, and redirects are not followed/);
  assert.equal(elsewhere.requests.length, 0);
});

test('HTTPS with an authority of its own; without it nothing is sent', async (t) => {
  const authority = new Authority(t);
  const receiver = await webhookReceiver(t, { tls: authority.issue('receiver', { names: 'DNS:localhost' }) });
  const url = receiver.url.replace('127.0.0.1', 'localhost'); // the certificate is for the name
  const trusting = await server(t, [app([{ url }])], { webhook_ca: authority.file });
  await subscribed(client(t, trusting.port), 'a');
  await receiver.took(1);
  assert.equal(receiver.invalid, 0);

  const doubting = await server(t, [app([{ url }])]);
  await subscribed(client(t, doubting.port), 'b');
  await doubting.program.line('err', /webhook.*failed: unable to get local issuer certificate/);
  const misled = await server(t, [app([{ url: receiver.url }])], { webhook_ca: authority.file });
  await subscribed(client(t, misled.port), 'c');
  await misled.program.line('err', /webhook.*failed: IP address mismatch/);
  assert.equal(receiver.requests.length, 1);
});

test('what goes wrong is said without secrets', async (t) => {
  const free = await freePort();
  const { port, program: running } = await server(t, [
    app([{ url: `http://user:password@127.0.0.1:${free}/path?token=1`, retry_ms: 0 }]),
    { ...app([{ url: 'http://no-such-host.invalid/' }]), id: '2', key: 'k2' },
  ]);
  await subscribed(client(t, port), 'a');
  await subscribed(client(t, port, { key: 'k2' }), 'a');
  const line = await running.line('err', /gave up/);
  assert.match(line, new RegExp(`app app-id to http://127.0.0.1:${free}/path after .*the connection was refused`));
  assert.doesNotMatch(running.err.join('\n'), /password|token|app-secret/);
  await running.line('err', /app 2 to http:\/\/no-such-host.invalid\/ failed: the host's name/);
});

test('SIGTERM: what can be delivered is, what is left is said', async (t) => {
  let isDown = true;
  const receiver = await webhookReceiver(t, { answer: () => (isDown ? 503 : 200) });
  const { port, program: running, stop } = await server(
    t,
    [app([{ url: receiver.url }, { url: `http://127.0.0.1:${await freePort()}/` }])],
    { grace_ms: 300, close_timeout_ms: 300 },
  );
  await subscribed(client(t, port), 'a');
  await receiver.asked(1);
  await running.line('err', /failed: the answer was 503/);
  isDown = false;
  assert.equal(await stop(), 0);
  assert.deepEqual(short(receiver.events), ['channel_occupied a', 'channel_vacated a']);
  assert.match(running.err.join('\n'), /2 webhook events of app app-id to http:\S+ are lost with the end of the server/);
});

test('SIGTERM: a session that nobody asks for just then ends as well', async (t) => {
  const receiver = await webhookReceiver(t);
  const { port, program: running, stop } = await server(t, [app([{ url: receiver.url }])], { grace_ms: 300 });
  const session = `http://127.0.0.1:${port}/pusher/app/${APP.key}/1/lonely`;
  const post = async (path, body) => {
    const headers = { Connection: 'close' };
    return (await fetch(`${session}/${path}?protocol=7`, { method: 'POST', body, headers })).text();
  };
  assert.equal(await post('xhr'), 'o\n');
  await post('xhr_send', JSON.stringify([JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'a' } })]));
  await receiver.took(1);
  assert.equal(await stop(), 0);
  assert.deepEqual(short(receiver.events), ['channel_occupied a', 'channel_vacated a']);
  assert.doesNotMatch(running.err.join('\n'), /lost/);
});

test('after a kill the next start says what was lost', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}/hook`;
  const state = join(folder(t), 'webhooks.state');
  const first = await server(t, [app([{ url }])], { webhook_state: state });
  const ann = client(t, first.port, { user: 'ann' });
  await subscribed(ann, 'presence-room');
  await subscribed(ann, 'a');
  await first.program.line('err', /webhook.*failed/);
  const rival = program(['serve', '--listen', '127.0.0.1:0', '--config', first.config]);
  assert.equal(await rival.end(), 1);
  assert.match(rival.err.join('\n'), /webhooks\.state: can't be used as webhook_state: another server uses it/);
  await first.program.stop('SIGKILL');
  const second = await serve(t, ['--config', first.config]);
  const lost = await second.program.line('err', /were not delivered when the server ended/);
  assert.match(lost, /3 webhook events of app app-id to http:\S+\/hook .*: 2 channel_occupied, 1 member_added; the oldest of 2/);
  await second.program.stop();
  const third = await serve(t, ['--config', first.config]);
  assert.equal(third.program.err.filter((line) => line.includes('were not delivered')).length, 0);
});

test('--webhook is enough, and has a file for what is lost', async (t) => {
  const receiver = await webhookReceiver(t);
  const home = folder(t);
  const port = await freePort();
  const running = await serve(t, ['--webhook', receiver.url], { port, env: { XDG_STATE_HOME: home } });
  assert.ok(running.program.out.includes('app id app-id, key app-key, secret app-secret'));
  await subscribed(client(t, port), 'a');
  await receiver.took(1);
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  assert.match(page, /Webhook events sent<\/dt><dd>1</);
  await receiver.close();
  await subscribed(client(t, port), 'b');
  await running.program.line('err', /webhook.*failed/);
  await running.program.stop('SIGKILL');
  const next = await serve(t, ['--webhook', receiver.url], { port, env: { XDG_STATE_HOME: home } });
  await next.program.line('err', /1 webhook events .* were not delivered/);

  const two = program(['serve', '--app', '1:a:b', '--app', '2:c:d', '--webhook', receiver.url]);
  assert.equal(await two.end(), 2);
  assert.match(two.err.join('\n'), /--webhook is for a server of one app/);
});
