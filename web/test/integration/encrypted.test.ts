// Encrypted channels: sealed by the SDK for applications, passed on by a real server, opened here.
import { assert } from 'chai';

import { ABLE, base64 } from '../support/sealing';
import { authorize, config, next, publish, publishMany, publishSealed, subscribed, uniqueName, useClients } from '../support/services';
import { traits } from '../support/subject';
import type { Options } from '../support/surface';

type Callback = (error: unknown, data: unknown) => void;

const TEXT = '\u00fc\u4f60\ud83d\ude00';

/* Asks the application, whose keys are of the generation of the moment. */
const asking = (generation: () => number): Options => ({
  ...ABLE,
  channelAuthorization: {
    customHandler: ({ socketId, channelName }: { socketId: string; channelName: string }, callback: Callback) =>
      void authorize(socketId, channelName, generation()).then(
        (answer) => callback(null, answer),
        (error: unknown) => callback(error, null),
      ),
  },
});

const endpoint = (transport: string): Options => ({
  ...ABLE,
  channelAuthorization: { endpoint: config.auth, transport },
});

// name, options
const WAYS: [string, () => Options][] = [
  ['a handler of one\'s own', () => asking(() => 0)],
  ['ajax', () => endpoint('ajax')],
  ...(traits.platform === 'page' ? [['jsonp', () => endpoint('jsonp')] as [string, () => Options]] : []),
];

describe('encrypted channels', () => {
  const clients = useClients();

  for (const [what, options] of WAYS) {
    it(`authorized by ${what}: an event is opened`, async () => {
      const pusher = clients.make(options());
      const name = uniqueName('private-encrypted-a');
      const channel = await subscribed(pusher, name);
      const [came, raw] = [next(channel, 'greeting'), next(pusher, 'greeting')];
      await publish(name, 'greeting', { text: TEXT });
      assert.deepEqual(await came, [{ text: TEXT }]);
      assert.hasAllKeys((await raw)[0], ['nonce', 'ciphertext']);
    });
  }

  for (const transport of ['ws', 'xhr_streaming', 'xhr_polling']) {
    it(`over ${transport}: many events, in their order`, async () => {
      const name = uniqueName('private-encrypted-a');
      const channel = await subscribed(clients.make({ ...asking(() => 0), enabledTransports: [transport] }), name);
      const seen: unknown[] = [];
      channel.bind('counted', ({ n }: { n: number }) => seen.push(n));
      const last = next(channel, 'counted', (data) => (data as { n: number }).n === 99);
      await publishMany(name, 'counted', 0, 100);
      await last;
      assert.deepEqual(seen, [...Array(100).keys()]);
    });
  }

  it('many at once: each has a key of its own', async () => {
    const names = Array.from({ length: 5 }, () => uniqueName('private-encrypted-a'));
    const pusher = clients.make({ ...endpoint('ajax'), authBatch: true });
    const channels = await Promise.all(names.map((name) => subscribed(pusher, name)));
    const keys = channels.map((channel) => base64((channel as unknown as { key: Uint8Array }).key));
    assert.equal(new Set(keys).size, names.length);
    const came = channels.map((channel) => next(channel, 'greeting'));
    for (const name of names) await publish(name, 'greeting', { name });
    assert.deepEqual(await Promise.all(came), names.map((name) => [{ name }]));
  });

  it('that keep their last event: a newcomer gets it opened, or hears in clear that there is none', async () => {
    const name = uniqueName('private-encrypted-cache-a');
    const first = clients.make(asking(() => 0)).subscribe(name);
    await next(first, 'pusher:cache_miss');
    const came = next(first, 'greeting');
    await publish(name, 'greeting', { text: TEXT });
    await came;
    const second = clients.make(asking(() => 0)).subscribe(name);
    assert.deepEqual(await next(second, 'greeting'), [{ text: TEXT }]);
  });

  it('a text that is no JSON, and one of 6 kB', async () => {
    const name = uniqueName('private-encrypted-a');
    const channel = await subscribed(clients.make(asking(() => 0)), name);
    for (const text of ['plain', TEXT.repeat(600)]) {
      const came = next(channel, 'greeting');
      await publish(name, 'greeting', text);
      assert.deepEqual(await came, [text]);
    }
  });

  it('a key that changes: nothing is lost, and the order is kept', async () => {
    let generation = 0;
    const name = uniqueName('private-encrypted-a');
    const channel = await subscribed(clients.make(asking(() => generation)), name);
    const { key } = channel as unknown as { key: Uint8Array };
    const seen: unknown[] = [];
    channel.bind('counted', ({ n }: { n: number }) => seen.push(n));
    const last = next(channel, 'counted', (data) => (data as { n: number }).n === 19);
    for (let n = 0; n < 20; n++) {
      if (n === 10) generation = 1;
      await publishSealed(name, 'counted', { n }, generation);
    }
    await last;
    assert.deepEqual(seen, [...Array(20).keys()]);
    assert.notEqual(base64((channel as unknown as { key: Uint8Array }).key), base64(key));
  });

  it('a key that is wrong: nothing comes, and the subscription stays', async () => {
    const name = uniqueName('private-encrypted-a');
    const pusher = clients.make(asking(() => 0));
    const channel = await subscribed(pusher, name);
    const seen: unknown[] = [];
    channel.bind('greeting', (data: unknown) => seen.push(data));
    const raw = next(pusher, 'greeting');
    await publishSealed(name, 'greeting', 'lost', 1);
    await raw;
    const came = next(channel, 'greeting');
    await publish(name, 'greeting', 'opened');
    await came;
    assert.deepEqual(seen, ['opened']);
    assert.isTrue(channel.subscribed);
  });
});
