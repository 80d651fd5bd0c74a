// Our client and command against soketi.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';

import { BIN, freePort, pusher, soketi } from './lib/servers.mjs';
import { Program, run, wholeFile } from './lib/program.mjs';
import { authEndpoint } from './lib/auth_endpoint.mjs';

const { CHATTER_BIN } = process.env;

const cli = (port, verb, ...args) => run(BIN, [verb, '--port', String(port), ...args]);

async function subscriber(t, port, ...args) {
  const program = pusher(['subscribe', '--port', String(port), ...args]);
  t.after(() => program.stop('SIGKILL'));
  await program.line('err', /^subscribed to /);
  return program;
}

// One server for all that does not stop it.
const file = wholeFile();
let shared;
before(async () => {
  shared = await soketi(file);
});

test('public channel', async (t) => {
  const { port } = shared;
  const program = await subscriber(t, port, '--json', '--count', '1', 'my-channel');
  assert.equal((await cli(port, 'trigger', 'my-channel', 'new-comment', '{"text":"hi ä"}')).code, 0);
  assert.equal(await program.end(), 0);
  assert.deepEqual(JSON.parse(program.out[0]), {
    channel: 'my-channel',
    event: 'new-comment',
    data: { text: 'hi ä' },
  });
});

test('private channel, signed here and by an endpoint', async (t) => {
  const { port } = shared;
  const endpoint = await authEndpoint(t);
  const programs = [
    await subscriber(t, port, '--count', '1', 'private-orders'),
    await subscriber(t, port, '--count', '1', '--auth-endpoint', endpoint.url, 'private-orders'),
  ];
  assert.equal((await cli(port, 'trigger', 'private-orders', 'paid', '1')).code, 0);
  for (const program of programs) {
    assert.equal(await program.end(), 0);
    assert.deepEqual(program.out, ['private-orders paid 1']);
  }
});

test('a wrong signature is refused', async (t) => {
  const { port } = shared;
  const endpoint = await authEndpoint(t, { answer: () => [200, '{"auth":"app-key:0000"}'] });
  const { code, err } = await cli(port, 'subscribe', '--auth-endpoint', endpoint.url, 'private-orders');
  assert.equal(code, 1);
  assert.match(err, /not subscribed to private-orders/);
});

test('presence channel, and what the HTTP API tells about it', async (t) => {
  const { port } = shared;
  const ann = await subscriber(t, port, '--user-id', 'ann', '--count', '2', 'presence-room');
  assert.match(ann.err.at(-1), /members: 1$/);
  const bob = await subscriber(t, port, '--user-id', 'bob', 'presence-room');
  assert.match(bob.err.at(-1), /members: 2$/);
  assert.match((await cli(port, 'channels')).out, /^presence-room$/m);
  const users = await cli(port, 'channels', '--users', 'presence-room');
  assert.deepEqual(users.out.trim().split('\n').sort(), ['ann', 'bob']);
  await bob.stop();
  assert.equal(await ann.end(), 0);
  assert.match(ann.out[0], /^presence-room pusher:member_added .*"bob"/);
  assert.match(ann.out[1], /^presence-room pusher:member_removed .*"bob"/);
});

test('client events between two native clients', async (t) => {
  const { port } = shared;
  const endpoint = await authEndpoint(t);
  const args = [String(port), 'app-key', endpoint.url, 'presence-chat', 'client-hello'];
  const first = new Program(CHATTER_BIN, [...args, '{"from":"first"}']);
  t.after(() => first.stop('SIGKILL'));
  await first.line('out', /^sent: PUSHER_OK$/);
  const second = new Program(CHATTER_BIN, [...args, '{"from":"second"}']);
  t.after(() => second.stop('SIGKILL'));
  assert.equal(await first.end(), 0);
  assert.equal(first.out.at(-1), 'presence-chat client-hello ann {"from":"second"}');
  const third = new Program(CHATTER_BIN, [...args, '{"from":"third"}']);
  t.after(() => third.stop('SIGKILL'));
  assert.equal(await second.end(), 0);
  assert.equal(second.out.at(-1), 'presence-chat client-hello ann {"from":"third"}');
});

test('a wrong key is refused for good', async () => {
  const { code, err } = await cli(shared.port, 'subscribe', '--key', 'wrong', 'c');
  assert.equal(code, 1);
  assert.match(err, /4001/);
});

test('the server is killed and comes back: every channel is subscribed again', async (t) => {
  const port = await freePort();
  const first = await soketi(t, { port });
  const program = await subscriber(t, port, '--count', '2', 'my-channel', 'private-orders', 'presence-room');
  await program.line('err', /^subscribed to presence-room/);
  await first.stop('SIGKILL');
  const before = program.err.length;
  await soketi(t, { port });
  for (const name of ['my-channel', 'private-orders', 'presence-room']) {
    await program.line('err', new RegExp(`^subscribed to ${name}`), before);
  }
  assert.equal((await cli(port, 'trigger', 'my-channel', 'e', '1')).code, 0);
  assert.equal((await cli(port, 'trigger', 'private-orders', 'e', '2')).code, 0);
  assert.equal(await program.end(), 0);
  assert.deepEqual(program.out, ['my-channel e 1', 'private-orders e 2']);
});

test('doctor: what soketi has works, and the fallbacks that it has not are no failure', async () => {
  const { code, out } = await cli(shared.port, 'doctor', '--json');
  const report = JSON.parse(out);
  assert.equal(code, 0, out);
  assert.deepEqual(report.transports, ['ws']);
  const step = Object.fromEntries(report.steps.map((each) => [each.name, each]));
  for (const name of ['xhr_streaming', 'xhr_polling', 'sockjs']) assert.equal(step[name].status, 'skipped', out);
  assert.equal(step.event.status, 'ok');
});
