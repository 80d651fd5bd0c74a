// Encrypted channels: what their bindings get and what all others see, keys that change, failures.
import { assert } from 'chai';

import { recorder, textOf, thrown } from '../support/calls';
import type { Recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { ABLE, base64, keyOf, nacl, seal, utf8 } from '../support/sealing';
import { Pusher, traits } from '../support/subject';
import type { Channel, Options, PusherInstance } from '../support/surface';

type Callback = (error: unknown, data: unknown) => void;

const NAME = 'private-encrypted-a';
const answer = (key: Uint8Array): string => JSON.stringify({ auth: 'key:sig', shared_secret: base64(key) });

describe('encrypted channels', () => {
  const sandbox = useSandbox();
  let pusher: PusherInstance;
  let channel: Channel;
  let got: Recorder;

  // A client with the channel, subscribed, whose key is number 1.
  async function begin(options: Options = {}): Promise<void> {
    pusher = await sandbox.connected({ ...ABLE, ...options });
    channel = pusher.subscribe(NAME);
    await sandbox.tick();
    sandbox.request.respond(200, answer(keyOf(1)));
    await sandbox.tick();
    sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, NAME);
    await sandbox.tick();
    got = recorder();
    channel.bind('e', got);
  }

  const receive = async (data: unknown): Promise<void> => {
    sandbox.socket.receive('e', data, NAME);
    await sandbox.tick();
  };

  describe('subscribed', () => {
    beforeEach(() => begin());

    it('the secret stays here', () => {
      const [frame] = sandbox.socket.framesOf('pusher:subscribe');
      assert.deepEqual(frame?.data, { auth: 'key:sig', channel: NAME });
      assert.isTrue(channel.subscribed);
    });

    it('channel.key is a copy of the key, channel.nacl what opens it', () => {
      const { key } = channel as unknown as { key: Uint8Array };
      assert.deepEqual([...key], [...keyOf(1)]);
      key.fill(0);
      assert.deepEqual([...(channel as unknown as { key: Uint8Array }).key], [...keyOf(1)]);
      assert.isFunction((channel as unknown as { nacl: typeof nacl }).nacl.secretbox.open);
    });

    it('neither is copied or printed with the channel', () => {
      assert.notProperty({ ...channel }, 'key');
      assert.notInclude(JSON.stringify({ ...channel, pusher: undefined }), 'secretbox');
    });

    it('channel.key is undefined before the authorization, and when the channel was left', async () => {
      const other = pusher.subscribe('private-encrypted-b') as unknown as { key: unknown };
      assert.isUndefined(other.key);
      pusher.unsubscribe(NAME);
      assert.isUndefined((channel as unknown as { key: unknown }).key);
    });

    // what was sealed, what handlers get
    const PLAIN: [string, string, unknown][] = [
      ['an object', '{"a":[1,null]}', { a: [1, null] }],
      ['a text that is no JSON', 'hello', 'hello'],
      ['a text that begins like JSON', '{"a":', '{"a":'],
      ['a JSON text', '"123"', '123'],
      ['a number', '123', 123],
      ['null', 'null', null],
      ['false', 'false', false],
      ['nothing', '', ''],
      ['other languages', '{"t":"\u00fc\u4f60\ud83d\ude00"}', { t: '\u00fc\u4f60\ud83d\ude00' }],
      ['a byte order mark', '\ufeffhello', '\ufeffhello'],
      ['backslashes, which are nobody\'s escapes', 'C:\\new', 'C:\\new'],
      ['60 kB', `"${'\u00e9'.repeat(30_000)}"`, '\u00e9'.repeat(30_000)],
      ['2 MB, for which the module takes more memory', '\u00e9'.repeat(1_000_000), '\u00e9'.repeat(1_000_000)],
    ];
    for (const [what, plain, value] of PLAIN) {
      it(`${what}: the channel's bindings get it, and nothing else`, async () => {
        const all = recorder();
        channel.bind_global(all);
        await receive(seal(keyOf(1), plain));
        assert.deepEqual(got.calls, [[value]]);
        assert.deepEqual(all.calls, [['e', value]]);
      });
    }

    it('all others get what came', async () => {
      const [onClient, onConnection] = [recorder(), recorder()];
      pusher.bind('e', onClient);
      pusher.connection.bind('message', onConnection);
      const data = seal(keyOf(1), '{"a":1}');
      await receive(data);
      assert.deepEqual(got.calls, [[{ a: 1 }]]);
      assert.deepEqual(onClient.calls, [[data]]);
      assert.deepEqual(onConnection.calls, [[{ event: 'e', channel: NAME, data }]]);
    });

    it('data that are no text in the message are taken, too', async () => {
      sandbox.socket.raw(JSON.stringify({ event: 'e', channel: NAME, data: seal(keyOf(1), '[1]') }));
      assert.deepEqual(got.calls, [[[1]]]);
    });

    it('events of the service come in clear', async () => {
      const miss = recorder();
      channel.bind('pusher:cache_miss', miss);
      sandbox.socket.raw(JSON.stringify({ event: 'pusher:cache_miss', channel: NAME }));
      assert.lengthOf(miss.calls, 1);
      assert.lengthOf(sandbox.requests, 1);
    });

    it('handlers may call anything, and the next event is opened all the same', async () => {
      channel.bind('e', () => {
        pusher.subscribe('within');
        pusher.send_event('answer', { text: 'x'.repeat(70_000) });
      });
      await receive(seal(keyOf(1), '1'));
      await receive(seal(keyOf(1), '2'));
      assert.deepEqual(got.calls, [[1], [2]]);
    });

    it('many messages in a row come in their order', async () => {
      for (let n = 0; n < 200; n++) sandbox.socket.receive('e', seal(keyOf(1), `{"n":${n}}`), NAME);
      assert.deepEqual(got.calls.map(([data]) => (data as { n: number }).n), [...Array(200).keys()]);
    });

    it('trigger throws', () => {
      assert.match(textOf(thrown(() => channel.trigger('client-e', {}))), /not .*supported for encrypted channels/);
      assert.lengthOf(sandbox.socket.framesOf('client-e'), 0);
    });

    // data that nobody can open, whatever the key
    const MALFORMED: [string, unknown][] = [
      ['null', null],
      ['a text', 'text'],
      ['no nonce', { ciphertext: seal(keyOf(1), '1').ciphertext }],
      ['no ciphertext', { nonce: seal(keyOf(1), '1').nonce }],
      ['a nonce that is too short', { ...seal(keyOf(1), '1'), nonce: base64(new Uint8Array(23)) }],
      ['a ciphertext that is too short', { ...seal(keyOf(1), '1'), ciphertext: base64(new Uint8Array(15)) }],
      ['no base64', { ...seal(keyOf(1), '1'), ciphertext: '?' }],
    ];
    for (const [what, data] of MALFORMED) {
      it(`${what}: the channel's bindings get nothing, and nobody is asked`, async () => {
        const onClient = recorder();
        pusher.bind('e', onClient);
        await receive(data);
        assert.lengthOf(got.calls, 0);
        assert.lengthOf(sandbox.requests, 1);
        assert.deepEqual(onClient.calls, [[data]]);
      });
    }
  });

  describe('an event that the key does not open', () => {
    beforeEach(() => begin());

    it('is tried with another key, which is asked for once; the order is kept', async () => {
      const onClient = recorder();
      pusher.bind('e', onClient);
      await receive(seal(keyOf(2), '"first"'));
      await receive(seal(keyOf(2), '"second"'));
      assert.lengthOf(got.calls, 0);
      assert.lengthOf(onClient.calls, 2, 'the client does not wait');
      assert.lengthOf(sandbox.requests, 2);
      assert.equal(sandbox.request.body, `socket_id=1.2&channel_name=${NAME}`);
      sandbox.request.respond(200, answer(keyOf(2)));
      await sandbox.tick();
      await receive(seal(keyOf(2), '"third"'));
      assert.deepEqual(got.calls, [['first'], ['second'], ['third']]);
      assert.lengthOf(onClient.calls, 3);
      assert.lengthOf(sandbox.requests, 2);
      assert.deepEqual([...(channel as unknown as { key: Uint8Array }).key], [...keyOf(2)]);
    });

    it('is dropped when the new key does not open it either, with a line that shows nothing of it', async () => {
      sandbox.collectLog();
      const data = seal(keyOf(3), '"secret"');
      await receive(data);
      sandbox.request.respond(200, answer(keyOf(2)));
      await sandbox.tick();
      assert.lengthOf(got.calls, 0);
      assert.lengthOf(sandbox.requests, 2);
      const lines = sandbox.lines.filter((line) => !line.includes('"Event recd"')).join('\n');
      assert.match(lines, /"e"|'e'| e /);
      for (const secret of [base64(keyOf(1)), base64(keyOf(2)), data.ciphertext]) assert.notInclude(lines, secret);
      await receive(seal(keyOf(2), '1'));
      assert.deepEqual(got.calls, [[1]]);
    });

    for (const [what, status, text] of [
      ['is refused', 403, ''],
      ['brings no key', 200, '{"auth":"key:sig"}'],
      ['brings no JSON', 200, 'oh'],
    ] as const) {
      it(`is dropped when the request ${what}; the subscription stays`, async () => {
        const failed = recorder();
        channel.bind('pusher:subscription_error', failed);
        await receive(seal(keyOf(2), '1'));
        sandbox.request.respond(status, text);
        await sandbox.tick();
        assert.lengthOf(failed.calls, 0);
        assert.isTrue(channel.subscribed);
        await receive(seal(keyOf(1), '2'));
        assert.deepEqual(got.calls, [[2]]);
      });
    }

    it('plain bytes that are no UTF-8 are an event that the key does not open', async () => {
      await receive(seal(keyOf(1), Uint8Array.of(0x22, 0xff, 0x22)));
      assert.lengthOf(got.calls, 0);
      assert.lengthOf(sandbox.requests, 2);
    });

    it('is not said to lack handlers', async () => {
      channel.unbind('e');
      sandbox.collectLog();
      await receive(seal(keyOf(2), '1'));
      assert.notMatch(sandbox.lines.join('\n'), /No callbacks/);
      await receive(seal(keyOf(2), '1'));
      sandbox.request.respond(200, answer(keyOf(2)));
      await sandbox.tick();
      assert.match(sandbox.lines.join('\n'), /No callbacks on private-encrypted-a for e/);
    });
  });

  describe('keys that are none', () => {
    const ANSWERS: [string, unknown][] = [
      ['missing', undefined],
      ['empty', ''],
      ['too short', base64(keyOf(1).subarray(1))],
      ['no base64', '*'.repeat(44)],
    ];
    for (const [what, shared_secret] of ANSWERS) {
      it(`${what}: pusher:subscription_error`, async () => {
        pusher = await sandbox.connected(ABLE);
        channel = pusher.subscribe(NAME);
        const failed = recorder();
        channel.bind('pusher:subscription_error', failed);
        await sandbox.tick();
        sandbox.request.respond(200, JSON.stringify({ auth: 'key:sig', shared_secret }));
        await sandbox.tick();
        const error = failed.calls[0]?.[0] as Record<string, unknown>;
        assert.propertyVal(error, 'type', 'AuthError');
        assert.match(String(error.error), /shared_secret.* private-encrypted-a/);
        assert.lengthOf(sandbox.socket.framesOf('pusher:subscribe'), 0);
      });
    }
  });

  describe('authorization by the program', () => {
    const given = { auth: 'key:sig', shared_secret: base64(keyOf(1)) };
    const WAYS: [string, () => Options][] = [
      ['customHandler', () => ({ channelAuthorization: { customHandler: (_: unknown, done: Callback) => done(null, given) } })],
      ['authorizer', () => ({ authorizer: () => ({ authorize: (_: string, done: Callback) => done(null, given) }) })],
    ];
    for (const [what, options] of WAYS) {
      it(`${what} gives the secret`, async () => {
        pusher = await sandbox.connected({ ...ABLE, ...options() });
        channel = await sandbox.subscribed(pusher, NAME);
        got = recorder();
        channel.bind('e', got);
        await receive(seal(keyOf(1), '{"a":1}'));
        assert.deepEqual(got.calls, [[{ a: 1 }]]);
        assert.deepEqual(sandbox.socket.framesOf('pusher:subscribe')[0]?.data, { auth: 'key:sig', channel: NAME });
        assert.lengthOf(sandbox.requests, 0);
        assert.deepEqual(given, { auth: 'key:sig', shared_secret: base64(keyOf(1)) }, 'it is the program\'s own');
      });
    }
  });

  describe('the option nacl', () => {
    it('counts before the one in the file', async () => {
      const open = recorder();
      const own = {
        secretbox: {
          open: (...words: Parameters<typeof nacl.secretbox.open>) => {
            open(...words.map((bytes) => bytes.length));
            return utf8('"mine"');
          },
        },
      };
      await begin({ nacl: own });
      await receive(seal(keyOf(1), '"theirs"'));
      assert.deepEqual(open.calls, [[16 + 8, 24, 32]]);
      assert.deepEqual(got.calls, [['mine']]);
      assert.equal(pusher.config.nacl, own);
    });

    it('that throws: the program hears of it, and the event is one that cannot be opened', async () => {
      await begin({ nacl: { secretbox: { open: () => { throw new Error('my own'); } } } });
      const onClient = recorder();
      pusher.bind('e', onClient);
      assert.equal(textOf(thrown(() => sandbox.socket.receive('e', seal(keyOf(1), '1'), NAME))), 'my own');
      assert.lengthOf(got.calls, 0);
      assert.lengthOf(onClient.calls, 1);
      await sandbox.tick();
      assert.lengthOf(sandbox.requests, 2);
    });

    it('that is none is refused', () => {
      for (const wrong of [{}, 'nacl', { secretbox: {} }, 1]) {
        assert.match(textOf(thrown(() => new Pusher('key', { nacl: wrong }))), /nacl/, JSON.stringify(wrong));
      }
    });

    it('is needed where none is in the file', async () => {
      pusher = await sandbox.connected();
      if (traits.encryption) {
        assert.isFalse(pusher.subscribe(NAME).subscribed);
        return;
      }
      assert.match(textOf(thrown(() => pusher.subscribe(NAME))), /no nacl .*pusher-with-encryption\.js.* option nacl/);
      assert.isUndefined(pusher.channel(NAME));
    });
  });
});
