// What the command says and how it ends: help, errors, exit codes, colours.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BIN, freePort, pusher, serve } from './lib/servers.mjs';
import { run } from './lib/program.mjs';

const cli = (args, options) => run(BIN, args, options);
const VERBS = ['serve', 'subscribe', 'trigger', 'channels', 'terminate', 'auth', 'doctor', 'version'];

test('--help lists every verb, and each verb has help with its name', async () => {
  const top = await cli(['--help']);
  assert.equal(top.code, 0);
  for (const verb of VERBS) {
    assert.match(top.out, new RegExp(`^  ${verb} `, 'm'));
    for (const args of [[verb, '--help'], [verb, '-h'], ['help', verb]]) {
      const { code, out, err } = await cli(args);
      assert.equal(code, 0, args.join(' '));
      assert.match(out, new RegExp(`^Usage: pusher ${verb}`));
      assert.equal(err, '');
    }
    if (verb !== 'version') assert.match((await cli([verb, '--help'])).out, /^Examples:\n  pusher /m);
  }
});

test('no line of help is too wide for a terminal', async () => {
  for (const args of [['--help'], ['serve', '--help-config'], ...VERBS.map((verb) => [verb, '--help'])]) {
    const { out } = await cli(args);
    for (const line of out.split('\n')) assert.ok(line.length <= 100, `${args}: ${line}`);
  }
});

const MISUSE = [
  [[], /a verb is missing/],
  [['subscrib', 'x'], /no verb 'subscrib'; did you mean subscribe\?/],
  [['banana'], /no verb 'banana'; `pusher --help` lists them/],
  [['subscribe'], /something is missing: pusher subscribe .*CHANNEL/],
  [['subscribe', '--hots', 'x', 'c'], /no option --hots; did you mean --host\?/],
  [['subscribe', '--banana', 'c'], /no option --banana/],
  [['subscribe', '--host'], /--host needs a value: --host HOST/],
  [['subscribe', '--count', '0', 'c'], /--count takes a number from 1/],
  [['subscribe', '--json=1', 'c'], /--json takes no value/],
  [['subscribe', '--tls', '--no-tls', 'c'], /contradict/],
  [['subscribe', '--user-info', '{', 'presence-c'], /--user-info takes JSON/],
  [['subscribe', '--auth-param', 'a=b', 'private-c'], /are for --auth-endpoint/],
  [['subscribe', '--key', 'k', 'private-c'], /private-c needs an authorization; give --auth-endpoint/],
  [['subscribe', '--host', 'example.com', 'c'], /the app's key is not known; give it with --key/],
  [['subscribe', '#c'], /can't subscribe to '#c'/],
  [['trigger', 'c', 'e'], /something is missing/],
  [['trigger', 'c', 'e', 'd', 'x'], /'x' is too much/],
  [['trigger', '--socket-id', '1', 'c', 'e', 'd'], /'1' is no socket id/],
  [['trigger', '--key', 'k', 'c', 'e', 'd'], /the app's secret is not known/],
  [['channels', '--users'], /--users needs the NAME/],
  [['channels', '--prefix', 'a', 'b'], /--prefix is for the list/],
  [['auth', '1', 'private-c'], /'1' is no socket id/],
  [['auth', '1.2', 'c'], /needs no authorization/],
  [['auth', '1.2', 'presence-c'], /needs CHANNEL_DATA/],
  [['auth', '1.2', 'presence-c', '{"user_info":{}}'], /channel data is a JSON object with a user_id/],
  [['auth', '1.2', 'private-c', '{}'], /takes no channel data/],
  [['auth', '1.2', 'private-encrypted-c'], /give it with --encryption-master-key/],
  [['auth', '--encryption-master-key', 'abc', '1.2', 'private-c'], /base64 of exactly 32 bytes/],
  [['auth', '--user', '1.2', '{}'], /user data is a JSON object with an id/],
  [['auth', '--user', '1.2', '{"id":"a"}', 'x'], /--user takes SOCKET_ID and USER_DATA/],
  [['trigger', 'a b', 'e', '1'], /'a b' is no channel/],
  [['trigger', 'private-encrypted-c', 'e', '1'], /give it with --encryption-master-key/],
  [['trigger', '--batch', 'c', 'e', '1'], /3 arguments are too many/],
  [['trigger', '--batch', '--also', 'c'], /--batch reads all about its events/],
  [['trigger', '--to-user', 'ann', '--socket-id', '1.2', 'e', '1'], /--to-user is for one user/],
  [['trigger', '--to-user', 'a b', 'e', '1'], /'a b' is no user/],
  [['terminate'], /something is missing/],
  [['terminate', 'a/b'], /'a\/b' is no user/],
  [['channels', '--users', 'c'], /'c' has no users/],
  [['serve', '--app', 'id:key'], /--app takes ID:KEY:SECRET/],
  [['serve', '--config', '/nowhere/at.all'], /\/nowhere\/at\.all/],
  [['serve', 'extra'], /'extra' is too much/],
];

test('misuse exits 2 and says what to do instead', async () => {
  for (const [args, message] of MISUSE) {
    const { code, out, err } = await cli(args);
    assert.equal(code, 2, `${args.join(' ')}: exit ${code}\n${err}`);
    assert.match(err, message, args.join(' '));
    assert.match(err, /^pusher: /);
    assert.equal(out, '', args.join(' '));
  }
});

test('version', async () => {
  for (const args of [['version'], ['--version']]) {
    const { code, out } = await cli(args);
    assert.equal(code, 0);
    assert.match(out, /^pusher \d+\.\d+\.\d+/);
  }
});

test('auth prints what an endpoint answers', async () => {
  const env = { PUSHER_APP_KEY: '278d425bdf160c739803', PUSHER_APP_SECRET: '7ad3773142a6692b25b8' };
  const { code, out } = await cli(['auth', '1234.1234', 'private-foobar'], { env });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), {
    auth: '278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4',
  });
  const data = '{"user_id":10,"user_info":{"name":"Mr. Channels"}}';
  const presence = await cli(['auth', '1234.1234', 'presence-foobar', data], { env });
  assert.deepEqual(JSON.parse(presence.out), {
    auth: '278d425bdf160c739803:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80',
    channel_data: data,
  });
});

test('auth for users and encrypted channels', async () => {
  const env = {
    PUSHER_APP_KEY: '278d425bdf160c739803',
    PUSHER_APP_SECRET: '7ad3773142a6692b25b8',
    PUSHER_ENCRYPTION_MASTER_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  };
  const user = await cli(['auth', '--user', '1234.1234', '{"id":"12345"}'], { env });
  assert.deepEqual(JSON.parse(user.out), {
    auth: '278d425bdf160c739803:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba',
    user_data: '{"id":"12345"}',
  });
  const channel = await cli(['auth', '1234.1234', 'private-encrypted-x'], { env });
  assert.equal(JSON.parse(channel.out).shared_secret, '6WW+JhQkrDHUfm5BytoU8ryaUq0zo82MTvUPheddo/Y=');
  const signedIn = await cli(['auth', '1.2', 'presence-x', ''], { env }); // who he is, the server knows
  assert.deepEqual(Object.keys(JSON.parse(signedIn.out)), ['auth']);
});

test('where nothing listens, every verb says how to start a server, and exits 1', async () => {
  const port = String(await freePort());
  const message = new RegExp(`nothing is listening on 127\\.0\\.0\\.1:${port}; start one with: pusher serve`);
  for (const args of [['subscribe', 'c'], ['trigger', 'c', 'e', '{}'], ['channels'], ['terminate', 'u']]) {
    const { code, err } = await cli([args[0], '--port', port, ...args.slice(1)]);
    assert.equal(code, 1, args[0]);
    assert.match(err, message);
  }
});

test('subscribe --retry waits for the server', async (t) => {
  const port = await freePort();
  const subscriber = pusher(['subscribe', '--retry', '--port', String(port), '--count', '1', 'c']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /nothing is listening/);
  await serve(t, [], { port });
  await subscriber.line('err', /^subscribed to c$/);
  assert.equal((await cli(['trigger', '--port', String(port), 'c', 'e', '1'])).code, 0);
  assert.equal(await subscriber.end(), 0);
});

test('a name that resolves to nothing exits 1', async () => {
  const { code, err } = await cli(['subscribe', '--host', 'no-such-host.invalid', '--key', 'k', 'c']);
  assert.equal(code, 1);
  assert.match(err, /no-such-host\.invalid/);
});

test('a wrong key is refused for good', async (t) => {
  const { port } = await serve(t);
  const { code, err } = await cli(['subscribe', '--port', String(port), '--key', 'wrong', 'c']);
  assert.equal(code, 1);
  assert.match(err, /4001/);
  assert.match(err, /check --key/);
});

test('a channel that the server refuses ends it, with one sentence', async (t) => {
  const { port } = await serve(t);
  const { code, err } = await cli(['subscribe', '--port', String(port), 'not a channel']);
  assert.equal(code, 1);
  assert.match(err, /^pusher: not subscribed to not a channel: .*name/m);
  assert.equal(err.match(/^pusher: /gm).length, 1);
});

test('a wrong secret or app id is refused by the HTTP API', async (t) => {
  const { port } = await serve(t);
  const trigger = (...args) => cli(['trigger', '--port', String(port), ...args, 'c', 'e', '{}']);
  const secret = await trigger('--secret', 'hush-hush');
  assert.equal(secret.code, 1);
  assert.match(secret.err, /HTTP 401.*check the key, the secret and this machine's clock/);
  assert.doesNotMatch(secret.err, /hush-hush/);
  const id = await trigger('--app-id', 'nope');
  assert.equal(id.code, 1);
  assert.match(id.err, /HTTP 404.*check the app id/);
});

test('subscribe prints lines, --json objects, --count ends it', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const text = pusher(['subscribe', ...at, '--count', '2', 'one', 'two']);
  const json = pusher(['subscribe', ...at, '--json', '--count', '2', 'one', 'two']);
  t.after(() => Promise.all([text.stop('SIGKILL'), json.stop('SIGKILL')]));
  for (const subscriber of [text, json]) {
    for (const name of ['one', 'two']) await subscriber.line('err', new RegExp(`^subscribed to ${name}$`));
  }
  assert.equal((await cli(['trigger', ...at, 'one', 'new-comment', '{\n"text":"hi"}'])).code, 0);
  assert.equal((await cli(['trigger', ...at, 'two', 'e', '-'], { input: 'plain ä\n' })).code, 0);
  assert.equal(await text.end(), 0);
  assert.equal(await json.end(), 0);
  assert.deepEqual(text.out, ['one new-comment {\\n"text":"hi"}', 'two e plain ä']);
  assert.deepEqual(json.out.map((line) => JSON.parse(line)), [
    { channel: 'one', event: 'new-comment', data: { text: 'hi' } },
    { channel: 'two', event: 'e', data: 'plain ä' },
  ]);
  assert.match(text.err.join('\n'), /^connecting\nconnected to 127\.0\.0\.1:\d+ as \d+\.\d+$/m);
});

test('trigger --socket-id leaves that connection out', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const subscriber = pusher(['subscribe', ...at, '--count', '1', 'c']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed/);
  const id = (await subscriber.line('err', /^connected/)).split(' ').pop();
  assert.equal((await cli(['trigger', ...at, '--socket-id', id, 'c', 'unseen', '1'])).code, 0);
  assert.equal((await cli(['trigger', ...at, 'c', 'seen', '1'])).code, 0);
  assert.equal(await subscriber.end(), 0);
  assert.deepEqual(subscriber.out, ['c seen 1']);
});

test('trigger publishes to several channels, and prints what --info asks for', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const subscriber = pusher(['subscribe', ...at, '--count', '2', '--user-id', 'ann', 'a', 'presence-b']);
  t.after(() => subscriber.stop('SIGKILL'));
  for (const name of ['a', 'presence-b']) await subscriber.line('err', new RegExp(`^subscribed to ${name}`));
  const { code, out } = await cli(['trigger', ...at, '--also', 'presence-b', '--info', 'user_count', 'a', 'e', '1']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), { channels: { a: {}, 'presence-b': { user_count: 1 } } });
  assert.equal(await subscriber.end(), 0);
  assert.deepEqual(subscriber.out.sort(), ['a e 1', 'presence-b e 1']);
  assert.equal((await cli(['trigger', ...at, '--to-user', 'ann', 'e', '1'])).code, 0);
});

test('trigger --batch publishes what subscribe --json printed', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const lines = Array.from({ length: 23 }, (_, n) => ({ channel: n % 2 ? 'a' : 'b', event: `e${n}`, data: { n } }));
  lines[3] = { channel: 'a', name: 'e3', data: 'plain \u00e4"' };
  const subscriber = pusher(['subscribe', ...at, '--json', '--count', '23', 'a', 'b']);
  t.after(() => subscriber.stop('SIGKILL'));
  for (const name of ['a', 'b']) await subscriber.line('err', new RegExp(`^subscribed to ${name}`));
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('\n');
  const { code, err } = await cli(['trigger', ...at, '--batch'], { input });
  assert.equal(code, 0, err);
  assert.equal(await subscriber.end(), 0);
  assert.deepEqual(subscriber.out.map((line) => JSON.parse(line)),
    lines.map(({ channel, event, name, data }) => ({ channel, event: event ?? name, data })));
});

test('trigger --batch says which line is wrong', async (t) => {
  const { port } = await serve(t);
  const batch = (input) => cli(['trigger', '--port', String(port), '--batch'], { input });
  const good = '{"channel":"a","event":"e","data":1}\n';
  for (const [input, message] of [
    [`${good}\n{"channel":"a"}\n`, /line 3: an event has a channel, an event/],
    [`${good}[]`, /line 2: it is no JSON object/],
    [`${good}{"channel":"a",`, /line 2: /],
  ]) {
    const { code, err } = await batch(input);
    assert.equal(code, 2, input);
    assert.match(err, message);
  }
  const refused = await batch(`${good}{"channel":"a b","event":"e"}`);
  assert.match(refused.err, /'a b' is no channel.*\n.*2 events up to line 2 were not published/);
  assert.equal(refused.code, 2);
  assert.equal((await batch('')).code, 0);
  assert.equal((await batch(good.replace('}', ',"info":"user_count"}'))).out, '{"batch":[{}]}\n');
});

test('trigger encrypts for encrypted channels', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const key = ['--encryption-master-key', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='];
  assert.equal((await cli(['trigger', ...at, ...key, 'private-encrypted-x', 'e', '"hush"'])).code, 0);
  const both = await cli(['trigger', ...at, ...key, '--also', 'a', 'private-encrypted-x', 'e', '1']);
  assert.equal(both.code, 2);
  assert.match(both.err, /publish to it alone/);
});

test('subscribe --timeout: an end, or a failure when --count was not reached', async (t) => {
  const { port } = await serve(t);
  const subscribe = (...args) => cli(['subscribe', '--port', String(port), '--timeout', '1', ...args, 'c']);
  const [plain, counted] = await Promise.all([subscribe(), subscribe('--count', '1')]);
  assert.equal(plain.code, 0);
  assert.equal(counted.code, 1);
  assert.match(counted.err, /0 of 1 events came within 1 s/);
});

test('Ctrl-C and SIGTERM end subscribe with 130', async (t) => {
  const { port } = await serve(t);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const subscriber = pusher(['subscribe', '--port', String(port), 'c']);
    t.after(() => subscriber.stop('SIGKILL'));
    await subscriber.line('err', /^subscribed/);
    assert.equal(await subscriber.stop(signal), 130);
  }
});

test('subscribe ends when nobody reads its output any more', async (t) => {
  const { port } = await serve(t);
  const subscriber = pusher(['subscribe', '--port', String(port), 'c']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed/);
  subscriber.child.stdout.destroy();
  assert.equal((await cli(['trigger', '--port', String(port), 'c', 'e', '1'])).code, 0);
  assert.equal(await subscriber.end(), 1);
});

test('presence is signed here when the secret is known', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const ann = pusher(['subscribe', ...at, '--user-id', 'ann', '--count', '2', 'presence-lobby']);
  t.after(() => ann.stop('SIGKILL'));
  await ann.line('err', /^subscribed to presence-lobby, members: 1$/);
  const bob = pusher(['subscribe', ...at, '--user-id', 'bob', '--user-info', '{"name":"Bob"}', 'presence-lobby']);
  t.after(() => bob.stop('SIGKILL'));
  await bob.line('err', /^subscribed to presence-lobby, members: 2$/);
  const list = await cli(['channels', ...at, '--prefix', 'presence-']);
  assert.equal(list.out, 'CHANNEL         user_count\npresence-lobby           2\n');
  const users = await cli(['channels', ...at, 'presence-lobby', '--users']);
  assert.deepEqual(users.out.trim().split('\n').sort(), ['ann', 'bob']);
  const one = await cli(['channels', ...at, 'presence-lobby']);
  assert.match(one.out, /^occupied +true\nuser_count +2\n$/);
  await bob.stop();
  assert.equal(await ann.end(), 0);
  assert.match(ann.out[0], /^presence-lobby pusher:member_added .*"bob"/);
  assert.match(ann.out[1], /^presence-lobby pusher:member_removed .*"bob"/);
});

test('channels: the list, an empty list, JSON, and what the server refuses', async (t) => {
  const { port } = await serve(t);
  const at = ['--port', String(port)];
  const empty = await cli(['channels', ...at]);
  assert.deepEqual([empty.code, empty.out, empty.err], [0, '', 'no channel has a subscriber\n']);
  const subscriber = pusher(['subscribe', ...at, 'one', 'two']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed to two/);
  assert.equal((await cli(['channels', ...at])).out.split('\n').sort().join(' ').trim(), 'one two');
  assert.deepEqual(JSON.parse((await cli(['channels', ...at, '--json', '--prefix', 'tw'])).out), {
    channels: { two: {} },
  });
  const refused = await cli(['channels', ...at, '--info', 'user_count']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /HTTP 400\): .*presence/);
});

test('--auth-endpoint: parameters and headers arrive, a refusal is shown', async (t) => {
  const { authEndpoint } = await import('./lib/auth_endpoint.mjs');
  const { port } = await serve(t);
  const endpoint = await authEndpoint(t);
  const subscriber = pusher(['subscribe', '--port', String(port), '--auth-endpoint', endpoint.url,
    '--auth-param', 'tenant=7', '--auth-header', 'X-Token: abc', 'private-c']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed to private-c$/);
  const [{ form, headers }] = endpoint.requests;
  assert.equal(form.channel_name, 'private-c');
  assert.equal(form.tenant, '7');
  assert.equal(headers['x-token'], 'abc');

  const refusing = await authEndpoint(t, { answer: () => [403, 'no'] });
  const { code, err } = await cli(['subscribe', '--port', String(port), '--auth-endpoint', refusing.url,
    'private-c']);
  assert.equal(code, 1);
  assert.match(err, /not subscribed to private-c: .*403/);
});

test('colours: on a terminal only, and never with NO_COLOR', async (t) => {
  // script(1) runs a command on a terminal of its own.
  const onTerminal = (env) =>
    run('script', ['-qec', `${BIN} --help`, '/dev/null'], { env: { TERM: 'xterm', ...env } });
  assert.match((await onTerminal({})).out, /\x1b\[1mVerbs:\x1b\[0m/);
  assert.doesNotMatch((await onTerminal({ NO_COLOR: '1' })).out, /\x1b/);
  assert.doesNotMatch((await onTerminal({ TERM: 'dumb' })).out, /\x1b/);
  assert.doesNotMatch((await cli(['--help'], { env: { TERM: 'xterm' } })).out, /\x1b/);
});

test('serve refuses to be reached from elsewhere with credentials that everybody knows', async () => {
  for (const args of [['--listen', '0.0.0.0:0'], ['--listen', '0.0.0.0:0', '--app', '1:my-key:app-secret']]) {
    const { code, err } = await cli(['serve', ...args]);
    assert.equal(code, 1, err);
    assert.match(err, /secret/);
  }
});

test('serve says what it refuses', async (t) => {
  const { port } = await serve(t);
  const taken = await cli(['serve', '--listen', `127.0.0.1:${port}`]);
  assert.equal(taken.code, 1);
  assert.match(taken.err, new RegExp(`127\\.0\\.0\\.1:${port}`));
  for (const address of ['foo', '127.0.0.1', '127.0.0.1:99999', '1.2.3:80']) {
    const { code, err } = await cli(['serve', '--listen', address]);
    assert.equal(code, 1);
    assert.match(err, /can't listen on '.*': write ADDRESS:PORT/);
  }
  const env = { PUSHER_APP_KEY: 'only-a-key' };
  assert.match((await cli(['serve'], { env })).err, /set all of PUSHER_APP_ID/);
});

test('serve --config: read, checked, and overridden by options', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-e2e-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pusher.json');
  writeFileSync(file, JSON.stringify({
    listen: ['127.0.0.1:1'],
    apps: [{ id: '7', key: 'file-key', secret: 'file-secret' }],
  }));
  const { port } = await serve(t, ['--config', file, '--app', '8:option-key:option-secret']);
  const trigger = (id, key, secret) =>
    cli(['trigger', '--port', String(port), 'c', 'e', '1'],
      { env: { PUSHER_APP_ID: id, PUSHER_APP_KEY: key, PUSHER_APP_SECRET: secret } });
  assert.equal((await trigger('7', 'file-key', 'file-secret')).code, 0);
  assert.equal((await trigger('8', 'option-key', 'option-secret')).code, 0);

  writeFileSync(file, '{"lisen": []}');
  const wrong = await cli(['serve', '--config', file]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /lisen/);
  const help = await cli(['serve', '--help-config']);
  assert.equal(help.code, 0);
  for (const name of ['listen', 'activity_timeout', 'max_event_data', 'apps']) {
    assert.match(help.out, new RegExp(`^  ${name} `, 'm'));
  }
});

test('serve takes its app from the environment', async (t) => {
  const env = { PUSHER_APP_ID: '5', PUSHER_APP_KEY: 'env-key', PUSHER_APP_SECRET: 'env-secret' };
  const { port, program } = await serve(t, [], { env });
  assert.equal((await cli(['trigger', '--port', String(port), 'c', 'e', '1'], { env })).code, 0);
  assert.equal((await cli(['trigger', '--port', String(port), 'c', 'e', '1'])).code, 1);
  assert.doesNotMatch([...program.out, ...program.err].join('\n'), /env-secret/);
});

test('names that a URL must escape', async (t) => {
  const { port } = await serve(t, ['--app', 'id & co:key+1=%41 ä&#:secret']);
  const env = { PUSHER_APP_ID: 'id & co', PUSHER_APP_KEY: 'key+1=%41 ä&#', PUSHER_APP_SECRET: 'secret' };
  const { code, out, err } = await cli(['channels', '--port', String(port), '--json', '--prefix', 'a=b;,@'], { env });
  assert.equal(code, 0, err);
  assert.deepEqual(JSON.parse(out), { channels: {} });
});

test('a path in front of everything: --path-prefix of serve, --path of the others', async (t) => {
  const { port } = await serve(t, ['--path-prefix', '/real/time']);
  const where = ['--port', String(port), '--path', '/real/time'];
  const subscriber = pusher(['subscribe', ...where, '--count', '1', 'private-c']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed/);
  assert.match((await cli(['channels', ...where])).out, /^private-c$/m);
  assert.equal((await cli(['trigger', ...where, 'private-c', 'e', '1'])).code, 0);
  await subscriber.line('out', /^private-c e 1$/);
});

test('serve ends with 0 on SIGTERM and Ctrl-C', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const server = await serve(t);
    assert.equal(await server.stop(signal), 0);
  }
});

test('how soon an event arrives after trigger has ended (told, not judged)', async (t) => {
  const { port } = await serve(t);
  const subscriber = pusher(['subscribe', '--port', String(port), 'my-channel']);
  t.after(() => subscriber.stop('SIGKILL'));
  await subscriber.line('err', /^subscribed/);
  let arrived;
  const line = subscriber.line('out', /^my-channel new-comment \{"text":"hi"\}$/).then(() => {
    arrived = performance.now();
  });
  await cli(['trigger', '--port', String(port), 'my-channel', 'new-comment', '{"text":"hi"}']);
  const ended = performance.now();
  await line;
  t.diagnostic(`the line came ${(arrived - ended).toFixed(1)} ms after the exit of trigger`);
});
