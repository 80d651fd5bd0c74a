// authBatch: many channels, one request (docs/protocol.md, "Authorization in batches").
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { Pusher } from '../support/subject';
import type { Channel, Options, PusherInstance } from '../support/surface';

type Callback = (error: unknown, data: unknown) => void;

const NAMES = Array.from({ length: 100 }, (_, index) => `private-${index}`);

const entries = (names: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(names.map((name) => [name, { status: 200, data: { auth: `key:${name}` } }])));

describe('authBatch', () => {
  const sandbox = useSandbox();
  const subscribes = () => sandbox.socket.framesOf('pusher:subscribe');
  const asked = (): string[] => sandbox.request.form.filter(([field]) => field.startsWith('channel_name[')).map(([, name]) => name);

  const subscribeAll = (pusher: PusherInstance, names: readonly string[]): Channel[] =>
    names.map((name) => pusher.subscribe(name));

  async function connectedWith(names: readonly string[], options: Options = {}): Promise<Channel[]> {
    const pusher = sandbox.pusher({ authBatch: true, ...options });
    const channels = subscribeAll(pusher, names);
    await sandbox.tick();
    await sandbox.establish();
    return channels;
  }

  it('a hundred channels, one request, after a reconnect as well', async () => {
    await connectedWith(NAMES);
    assert.lengthOf(sandbox.requests, 1);
    assert.deepEqual(asked(), NAMES);
    assert.match(sandbox.request.body ?? '', /^socket_id=1\.2&channel_name%5B0%5D=private-0&channel_name%5B1%5D=private-1&/);
    sandbox.request.respond(200, entries(NAMES));
    await sandbox.tick();
    assert.deepEqual(subscribes().map(({ data }) => data), NAMES.map((name) => ({ auth: `key:${name}`, channel: name })));

    sandbox.socket.end(1006, '', false);
    await sandbox.tick(1_010);
    await sandbox.establish('3.4');
    assert.lengthOf(sandbox.requests, 2);
    assert.match(sandbox.request.body ?? '', /^socket_id=3\.4&/);
    assert.deepEqual(asked(), NAMES);
  });

  it('what one turn subscribes to goes together, however long it takes', async () => {
    const pusher = await sandbox.connected({ authBatch: true });
    const now = Pusher.Runtime.now as () => number;
    let late = 0;
    Pusher.Runtime.now = () => now.call(Pusher.Runtime) + late;
    try {
      for (const name of NAMES) {
        pusher.subscribe(name);
        late += 2;
      }
    } finally {
      Pusher.Runtime.now = now;
    }
    assert.lengthOf(sandbox.requests, 0);
    await sandbox.tick();
    assert.lengthOf(sandbox.requests, 1);
    assert.deepEqual(asked(), NAMES);
  });

  it('authBatchSize', async () => {
    await connectedWith(NAMES, { authBatchSize: 60 });
    assert.deepEqual(sandbox.requests.map(({ form }) => form.length - 1), [60, 40]);
  });

  it('parameters and headers are read once for each request', async () => {
    const calls = recorder();
    const paramsProvider = (...args: unknown[]) => (calls('params', ...args), { p: 'q' });
    const headersProvider = (...args: unknown[]) => (calls('headers', ...args), { 'X-Now': 'n' });
    const channelAuthorization = { endpoint: '/mine', transport: 'ajax', params: { a: 'b' }, paramsProvider, headersProvider };
    await connectedWith(['private-a', 'private-b'], { channelAuthorization });
    assert.lengthOf(sandbox.requests, 1);
    assert.equal(sandbox.request.url, '/mine');
    assert.equal(sandbox.request.body, 'socket_id=1.2&channel_name%5B0%5D=private-a&channel_name%5B1%5D=private-b&a=b&p=q');
    assert.propertyVal(sandbox.request.headers, 'X-Now', 'n');
    assert.deepEqual(calls.calls, [['params'], ['headers']]);
  });

  it('a provider that throws fails for all of them', async () => {
    const failed = recorder();
    const paramsProvider = (): never => {
      throw new Error('no token');
    };
    const pusher = sandbox.pusher({
      authBatch: true,
      channelAuthorization: { endpoint: '/mine', transport: 'ajax', paramsProvider },
    });
    for (const channel of subscribeAll(pusher, ['private-a', 'private-b'])) channel.bind('pusher:subscription_error', failed);
    await sandbox.establish();
    assert.deepEqual(failed.calls.map(([error]) => (error as { error: string }).error), ['no token', 'no token']);
  });

  it('each channel has an answer of its own', async () => {
    const channels = await connectedWith(['private-a', 'private-b', 'presence-c', 'private-d']);
    const failed = channels.map((channel) => {
      const calls = recorder();
      channel.bind('pusher:subscription_error', calls);
      return calls;
    });
    sandbox.request.respond(200, JSON.stringify({
      'private-a': { status: 200, data: { auth: 'key:a' } },
      'private-b': { status: 403 },
      'presence-c': { data: { auth: 'key:c', channel_data: '{"user_id":"ann"}' } },
    }));
    await sandbox.tick();
    assert.deepEqual(subscribes().map(({ data }) => (data as { channel: string }).channel), ['private-a', 'presence-c']);
    const told = failed.map(({ calls }) => calls[0]?.[0] as Record<string, unknown> | undefined);
    assert.deepEqual(told.map((error) => error?.status), [undefined, 403, undefined, 200]);
    assert.match(String(told[3]?.error), /no entry for this one/);
    await sandbox.tick(60_000);
    assert.lengthOf(sandbox.requests, 1); // both are refused for good
  });

  it('what may pass is asked again, in one request again', async () => {
    await connectedWith(NAMES);
    sandbox.request.respond(503);
    await sandbox.tick(1_010);
    assert.lengthOf(sandbox.requests, 2);
    assert.deepEqual(asked(), NAMES);
  });

  // A program that authorizes by itself is asked for each channel.
  const answer = (_: unknown, callback: Callback): void => callback(null, { auth: 'key:own' });
  const OWN: [string, Options][] = [
    ['customHandler', { channelAuthorization: { customHandler: answer } }],
    ['authorizer', { authorizer: () => ({ authorize: answer }) }],
    ['Pusher.authorizers', { authTransport: 'pigeon' }],
  ];
  for (const [what, options] of OWN) {
    it(`${what} is asked for each channel all the same`, async () => {
      Pusher.authorizers.pigeon = answer;
      try {
        await connectedWith(['private-a', 'private-b'], options);
      } finally {
        delete Pusher.authorizers.pigeon;
      }
      assert.lengthOf(sandbox.requests, 0);
      assert.deepEqual(subscribes().map(({ data }) => (data as { auth: string }).auth), ['key:own', 'key:own']);
    });
  }
});
