// Many channels, one authorization request: the command against an application's endpoint with the unmodified
// `pusher` SDK, and against that of `--dev-auth`.
import test from 'node:test';
import assert from 'node:assert/strict';

import { application } from './lib/application.mjs';
import { authEndpoint } from './lib/auth_endpoint.mjs';
import { freePort, pusher, serve } from './lib/servers.mjs';

const NAMES = Array.from({ length: 100 }, (_, index) => `private-${index}`);

// `pusher subscribe` of all channels.
function subscribeAll(t, port, args) {
  const program = pusher(['subscribe', '--port', String(port), '--auth-batch', ...args, ...NAMES]);
  t.after(() => program.stop('SIGKILL'));
  return program;
}

async function hearsAll(port, program) {
  const sdk = application(port);
  const subscribed = async () => Object.keys((await (await sdk.get({ path: '/channels' })).json()).channels).length;
  while ((await subscribed()) < NAMES.length) await new Promise((resolve) => setImmediate(resolve));
  const heard = NAMES.map((name) => program.line('out', new RegExp(`^${name}\\s+greeting\\s`)));
  await sdk.trigger(NAMES, 'greeting', {});
  await Promise.all(heard);
}

test('one request, and one more when the server is back', async (t) => {
  const port = await freePort();
  const first = await serve(t, [], { port });
  const { url, requests } = await authEndpoint(t);
  const program = subscribeAll(t, port, ['--auth-endpoint', url]);
  await hearsAll(port, program);
  assert.equal(requests.length, 1);
  assert.deepEqual(
    Object.keys(requests[0].form),
    ['socket_id', ...NAMES.map((_, index) => `channel_name[${index}]`)],
  );
  await first.stop();
  await serve(t, [], { port });
  await hearsAll(port, program);
  assert.equal(requests.length, 2);
  assert.notEqual(requests[1].form.socket_id, requests[0].form.socket_id);
});

test('--dev-auth knows the layout', async (t) => {
  const { port } = await serve(t, ['--dev-auth']);
  await hearsAll(port, subscribeAll(t, port, ['--auth-endpoint', `http://127.0.0.1:${port}/pusher/auth`]));
});
