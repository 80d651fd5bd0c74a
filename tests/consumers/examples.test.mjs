// Every example, run against `pusher serve`, prints what it promises.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { text as wholeText } from 'node:stream/consumers';
import { join } from 'node:path';

import { encryptingApplication } from '../e2e/lib/encryption.mjs';
import { Program, run, until } from '../e2e/lib/program.mjs';
import { BIN, freePort, serve } from '../e2e/lib/servers.mjs';

const FOLDER = process.env.EXAMPLES_FOLDER;
const LOOPS = process.env.EXAMPLES.split(',').filter((name) => name.startsWith('loop_'));
// The bytes 0 to 31.
const MASTER_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const SUBSCRIBED = /^pusher:subscription_succeeded/;

// Starts a program of FOLDER that talks to the server; ends with the test.
function start(t, server, name, args = [], { env, ...options } = {}) {
  const program = new Program(join(FOLDER, name), args, {
    env: { PUSHER_PORT: String(server.port), ...env },
    ...options,
  });
  t.after(() => program.stop('SIGKILL'));
  return program;
}

async function pusher(server, ...args) {
  const { code, out, err } = await run(BIN, args, { env: { PUSHER_PORT: String(server.port) } });
  assert.equal(code, 0, err);
  return out;
}

// A verb of the command that goes on; ends with the test.
function pusherProgram(t, server, args) {
  const program = new Program(BIN, args, { env: { PUSHER_PORT: String(server.port) } });
  t.after(() => program.stop('SIGKILL'));
  return program;
}

// An endpoint that answers each body with what `answer(body)` gives: [status, text].
async function listen(t, answer) {
  const server = createServer(async (request, response) => {
    const [status, text] = await answer(await wholeText(request));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/pusher/auth`;
}

const trigger = (server, event, data) => pusher(server, 'trigger', 'my-channel', event, data);

test('five_lines prints the data of each event', async (t) => {
  const server = await serve(t);
  const program = start(t, server, 'five_lines_local');
  await until(async () => /my-channel/.test(await pusher(server, 'channels')), 'a subscription');
  await trigger(server, 'other', '"not this one"');
  await trigger(server, 'new-comment', '{"text":"hi"}');
  await program.line('out', /./);
  assert.deepEqual(program.out, ['{"text":"hi"}']);
});

test('presence prints the roster as it changes', async (t) => {
  const server = await serve(t, ['--dev-auth']);
  const ann = start(t, server, 'example_presence', ['presence-office', 'ann']);
  await ann.line('out', /^1 here/);
  const bob = start(t, server, 'example_presence', ['presence-office', 'bob']);
  await bob.line('out', /^2 here/);
  await ann.line('out', /^2 here/);
  await bob.stop();
  await ann.line('out', /^1 here/, 3);
  assert.deepEqual(ann.out, [
    '1 here: ann (me)',
    '+ bob {"via":"presence.c"}',
    '2 here: ann (me) bob',
    '- bob',
    '1 here: ann (me)',
  ]);
  assert.deepEqual(bob.out, ['2 here: ann bob (me)']);
});

test('presence says why it is not let in', async (t) => {
  const server = await serve(t);
  const program = start(t, server, 'example_presence');
  await program.line('err', /^not let in: .*status: 404 .*presence-room/);
});

test('client_events carries lines from one to the other', async (t) => {
  const server = await serve(t, ['--dev-auth']);
  const listener = start(t, server, 'example_client_events', [], { input: null });
  await listener.line('out', /^joined private-chat$/);
  const long = 'x'.repeat(1500); // longer than what the example takes for a line
  const speaker = start(t, server, 'example_client_events', [], { input: `say "hi\\"\n${long}\n` });
  assert.equal(await speaker.end(), 0);
  await listener.line('out', /^> x{476}$/);
  listener.child.stdin.end('nobody hears this\n');
  assert.equal(await listener.end(), 0);
  assert.deepEqual(listener.out.slice(1), [
    '> say "hi\\"',
    `> ${'x'.repeat(1024)}`,
    `> ${'x'.repeat(476)}`,
  ]);
});

test('encrypted prints what was sealed', async (t) => {
  const server = await serve(t);
  const application = await encryptingApplication(t, server.port);
  const program = start(t, server, 'example_encrypted', [], { env: { PUSHER_AUTH_ENDPOINT: application.url } });
  await program.line('out', SUBSCRIBED);
  await application.sdk.trigger('private-encrypted-news', 'hello', { text: 'hi' });
  await program.line('out', /^hello: {"text":"hi"}$/);
  application.rotate();
  application.refusal = 403;
  await application.sdk.trigger('private-encrypted-news', 'lost', {});
  await program.line('err', /Unable to decrypt event 'lost' on channel private-encrypted-news/);
});

test('encrypted says why it is not let in', async (t) => {
  const server = await serve(t);
  const program = start(t, server, 'example_encrypted');
  await program.line('err', /^not authorized: .*status: 404 /);
});

test('custom_authorizer signs for itself', async (t) => {
  const server = await serve(t);
  for (const channel of ['presence-machines', 'private-machines']) {
    const program = start(t, server, 'example_custom_authorizer', [channel]);
    assert.equal(await program.end(), 0);
    assert.deepEqual(program.out, [`authorized for ${channel}`]);
  }
  const liar = start(t, server, 'example_custom_authorizer', [], { env: { PUSHER_APP_SECRET: 'no' } });
  assert.equal(await liar.end(), 1);
  assert.match(liar.out[0], /^refused: ./);
});

test('background_thread goes on while main waits for signals', async (t) => {
  const server = await serve(t);
  const program = start(t, server, 'example_background_thread');
  await program.line('out', SUBSCRIBED);
  await trigger(server, 'hello', '[1]');
  await program.line('out', /^hello: \[1\]$/);
  program.child.kill('SIGHUP');
  await program.line('out', /^state: connected$/);
  assert.equal(await program.stop('SIGINT'), 0);
});

test('many_clients share a loop', async (t) => {
  const server = await serve(t);
  const program = start(t, server, 'example_many_clients', ['25']);
  await program.line('out', /^25 clients are subscribed$/);
  await trigger(server, 'new-comment', '"x"');
  assert.equal(await program.end(), 0);
  assert.equal(program.out[1], '25 clients got "x"');
});

test('errors explains a wrong key', async (t) => {
  const program = start(t, await serve(t), 'example_errors', [], { env: { PUSHER_APP_KEY: 'wrong' } });
  assert.equal(await program.end(), 1);
  assert.equal(program.out[0], 'initialized -> connecting: wait');
  assert.match(program.out[1], /^connection: .*code 4001: .* -> check the app's key, [^(]*$/);
  assert.match(program.out[2], /^connecting -> disconnected: over/);
  assert.equal(program.out.length, 3);
});

test('errors explains a refused subscription', async (t) => {
  const program = start(t, await serve(t), 'example_errors', ['private-x']);
  assert.equal(await program.end(), 1);
  assert.match(program.out[2], /^subscription: AuthError, HTTP status 404: .* -> look at the log/);
});

test('errors explains a server that is not there, and sees it come', async (t) => {
  const port = await freePort();
  const program = start(t, { port }, 'example_errors');
  await program.line('out', /^connection: .*PUSHER_ERR_CONNECT: .*is the server running.*tries again/);
  await serve(t, [], { port });
  await program.line('out', /-> connected: all is well$/);
  await program.line('out', /^subscribed to my-channel$/);
});

test('errors explains options that make no sense', async (t) => {
  const program = start(t, { port: 1 }, 'example_errors', [], { env: { PUSHER_HOST: 'a b' } });
  assert.equal(await program.end(), 1);
  assert.match(program.err[0], /^options: .*host/);
});

test('trigger publishes', async (t) => {
  const server = await serve(t);
  const subscriber = pusherProgram(t, server, ['subscribe', '--count', '1', 'my-channel']);
  await subscriber.line('err', /^subscribed/);
  assert.equal(await start(t, server, 'trigger_local').end(), 0);
  assert.equal(await subscriber.end(), 0);
  assert.deepEqual(subscriber.out, ['my-channel new-comment {"text":"hi"}']);
});

test('server_side authorizes, publishes and says no', async (t) => {
  const server = await serve(t);
  const call = (...args) => run(join(FOLDER, 'example_server_side'), args, {
    env: {
      PUSHER_URL: `http://app-key:app-secret@127.0.0.1:${server.port}/apps/app-id`,
      PUSHER_ENCRYPTION_MASTER_KEY: MASTER_KEY,
    },
  });
  const endpoint = await listen(t, async (body) => {
    const form = new URLSearchParams(body);
    const answer = await call('authorize', form.get('socket_id'), form.get('channel_name'), 'ann');
    const [status, json] = answer.out.split('\n');
    return [Number(status), json];
  });
  const subscriber = pusherProgram(t, server, ['subscribe', '--count', '2', '--auth-endpoint', endpoint,
    'private-orders', 'presence-room']);
  for (const name of ['private-orders', 'presence-room']) {
    await subscriber.line('err', new RegExp(`^subscribed to ${name}`));
    const { code, err } = await call('trigger', name, 'e', '{"n":1}');
    assert.equal(code, 0, err);
  }
  assert.equal(await subscriber.end(), 0);
  assert.deepEqual(subscriber.out, ['private-orders e {"n":1}', 'presence-room e {"n":1}']);

  assert.equal((await call('authorize', '1.2', 'private-for-bob', 'ann')).out, '403\n');
  const wrong = await call('authorize', '1.2', 'public', 'ann');
  assert.deepEqual([wrong.code, wrong.out.split('\n')[0]], [1, '400']);
  assert.match(wrong.err, /'public' needs no authorization/);
  const sealed = await call('authorize', '1.2', 'private-encrypted-x', 'ann');
  assert.equal(JSON.parse(sealed.out.split('\n')[1]).shared_secret, '6WW+JhQkrDHUfm5BytoU8ryaUq0zo82MTvUPheddo/Y=');
  const refused = await call('trigger', 'not a channel', 'e', '1');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /'not a channel' is no channel/);
});

test('server_side believes no webhook that is not signed', async () => {
  const body = JSON.stringify({ time_ms: 1, events: [
    { name: 'member_added', channel: 'presence-room', user_id: 'ann' },
    { name: 'channel_vacated', channel: 'lobby' },
  ] });
  const signature = createHmac('sha256', 'app-secret').update(body).digest('hex');
  const webhook = (...args) => run(join(FOLDER, 'example_server_side'), ['webhook', ...args], { input: body });
  const { code, out } = await webhook('app-key', signature, 'application/json');
  assert.equal(code, 0);
  assert.deepEqual(out.trim().split('\n').map((line) => line.trim()),
    ['200', 'member_added presence-room ann', 'channel_vacated lobby']);
  assert.equal((await webhook('other-key', signature)).out, '401\n');
  assert.equal((await webhook('app-key', signature.replace(/./g, '0'))).out, '401\n');
  assert.equal((await webhook('app-key', signature, 'text/html')).out, '400\n');
});

for (const name of LOOPS) {
  test(`${name} delivers, and ends from a handler`, async (t) => {
    const server = await serve(t);
    const program = start(t, server, `example_${name}`);
    await program.line('out', SUBSCRIBED);
    await trigger(server, 'hello', '{"n":1}');
    await program.line('out', /^hello: \{"n":1\}$/);
    await trigger(server, 'goodbye', '{}');
    assert.equal(await program.end(), 0, program.err.join('\n'));
  });

  // Only the time-outs bring it back: there is nothing to read while there is no server.
  test(`${name} keeps time, and ends from outside`, async (t) => {
    const port = await freePort();
    const program = start(t, { port }, `example_${name}`);
    const first = await serve(t, [], { port });
    await program.line('out', SUBSCRIBED);
    await first.stop('SIGKILL');
    await serve(t, [], { port });
    await program.line('out', SUBSCRIBED, 1);
    assert.equal(await program.stop('SIGINT'), 0, program.err.join('\n'));
  });
}
