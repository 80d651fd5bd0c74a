// How messages become calls of handlers, and what is sent.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import type { PusherInstance } from '../support/surface';

describe('messages', () => {
  const sandbox = useSandbox();
  let pusher: PusherInstance;

  beforeEach(async () => {
    pusher = await sandbox.connected();
  });

  describe('data', () => {
    // what stands in the message, what handlers get
    const DATA: [string, unknown, unknown][] = [
      ['an object in a text', '{"a":1}', { a: 1 }],
      ['an object', { a: 1 }, { a: 1 }],
      ['an array', '[1,[2],{"b":null}]', [1, [2], { b: null }]],
      ['a number in a text', '"123"', '123'],
      ['a number', '123', 123],
      ['text that is no JSON', 'abc', 'abc'],
      ['text that begins like JSON', '{"a":', '{"a":'],
      ['nothing in a text', '', ''],
      ['null', 'null', null],
      ['false', 'false', false],
      ['zero', '0', 0],
      ['other languages', '{"t":"\u00fc\u4f60\ud83d\ude00\\u2028"}', { t: '\u00fc\u4f60\ud83d\ude00\u2028' }],
      ['a key called __proto__', '{"__proto__":{"x":1}}', JSON.parse('{"__proto__":{"x":1}}')],
    ];
    for (const [what, sent, got] of DATA) {
      it(`${what} reaches a channel and the client`, async () => {
        const channel = await sandbox.subscribed(pusher, 'news');
        const [onChannel, onClient, onAll] = [recorder(), recorder(), recorder()];
        channel.bind('e', onChannel);
        pusher.bind('e', onClient).bind_global(onAll);
        sandbox.socket.raw(JSON.stringify({ event: 'e', channel: 'news', data: sent }));
        assert.deepEqual(onChannel.calls, [[got, {}]]);
        assert.deepEqual(onClient.calls, [[got]]);
        assert.deepEqual(onAll.calls, [['e', got]]);
      });
    }

    it('that is missing is undefined', () => {
      const handler = recorder();
      pusher.bind('e', handler);
      sandbox.socket.raw('{"event":"e"}');
      assert.isUndefined(handler.calls[0]?.[0]);
    });

    it('of 60 kB arrives whole', () => {
      const handler = recorder();
      pusher.bind('e', handler);
      const text = '\u00e9"\\'.repeat(10_000);
      sandbox.socket.receive('e', { text });
      assert.deepEqual(handler.calls, [[{ text }]]);
    });

    it('is each handler\'s own business or the same object, but never lost between handlers', () => {
      const [one, two] = [recorder(), recorder()];
      pusher.bind('e', one).bind('e', two);
      sandbox.socket.receive('e', { n: 1 });
      assert.deepEqual(one.calls, [[{ n: 1 }]]);
      assert.deepEqual(two.calls, [[{ n: 1 }]]);
    });
  });

  it('events of channels that are not subscribed reach the client\'s bindings', () => {
    const handler = recorder();
    pusher.bind('e', handler);
    sandbox.socket.receive('e', { n: 1 }, 'unknown');
    assert.deepEqual(handler.calls, [[{ n: 1 }]]);
  });

  it('connection.bind(\'message\') sees event, channel, data and nothing else', () => {
    const handler = recorder();
    pusher.connection.bind('message', handler);
    sandbox.socket.receive('e', { n: 1 }, 'news', { extra: true });
    const message = handler.calls[0]?.[0] as Record<string, unknown>;
    assert.deepInclude(message, { event: 'e', channel: 'news', data: { n: 1 } });
    assert.notProperty(message, 'extra');
  });

  it('internal events do not reach the client\'s bindings', async () => {
    const all = recorder();
    pusher.bind_global(all);
    sandbox.socket.receive('pusher_internal:something', {}, 'news');
    assert.lengthOf(all.calls, 0);
  });

  it('a text that is no message is an error, and the next one arrives', () => {
    const [errors, handler] = [recorder(), recorder()];
    pusher.connection.bind('error', errors);
    pusher.bind('e', handler);
    for (const text of ['{"event"', 'null', '[]', '{"data":{}}', '']) sandbox.socket.raw(text);
    sandbox.socket.receive('e', {});
    assert.lengthOf(errors.calls, 5);
    for (const [error] of errors.calls) assert.propertyVal(error, 'type', 'MessageParseError');
    assert.lengthOf(handler.calls, 1);
    assert.equal(pusher.connection.state, 'connected');
  });

  describe('send_event', () => {
    // name, data, channel; the frame
    const SENT: [string, unknown, string | undefined, string][] = [
      ['e', { a: [1, 'x', null, true] }, 'news', '{"event":"e","data":{"a":[1,"x",null,true]},"channel":"news"}'],
      ['e', {}, undefined, '{"event":"e","data":{}}'],
      ['e', 'text', undefined, '{"event":"e","data":"text"}'],
      ['e', undefined, 'c', '{"event":"e","channel":"c"}'],
      ['e', 1.5, '', '{"event":"e","data":1.5}'],
      ['e', null, undefined, '{"event":"e","data":null}'],
      ['"\u00fc', '\u2028"\\', undefined, JSON.stringify({ event: '"\u00fc', data: '\u2028"\\' })],
    ];
    for (const [event, data, channel, frame] of SENT) {
      it(`${event} ${JSON.stringify(data)} ${channel ?? ''}`, async () => {
        assert.isTrue(pusher.send_event(event, data, channel));
        await sandbox.tick();
        const sent = sandbox.socket.sent[sandbox.socket.sent.length - 1];
        assert.deepEqual(JSON.parse(sent ?? ''), JSON.parse(frame));
        assert.deepEqual(Object.keys(JSON.parse(sent ?? '')), Object.keys(JSON.parse(frame)), 'the order of members');
      });
    }

    it('is false without a connection', () => {
      const other = sandbox.pusher();
      assert.isFalse(other.send_event('e', {}));
    });

    it('keeps the order', async () => {
      for (let n = 0; n < 100; n++) pusher.send_event('e', { n });
      await sandbox.tick();
      assert.deepEqual(sandbox.socket.framesOf('e').map(({ data }) => (data as { n: number }).n), [...Array(100).keys()]);
    });
  });

  it('handlers may call anything: subscribe, send, disconnect', async () => {
    const later = recorder();
    pusher.bind('e', () => {
      pusher.subscribe('within');
      pusher.send_event('answer', {});
    });
    pusher.bind('e', later);
    pusher.bind('stop', () => pusher.disconnect());
    sandbox.socket.receive('e', {});
    await sandbox.tick();
    assert.lengthOf(later.calls, 1);
    assert.lengthOf(sandbox.socket.framesOf('answer'), 1);
    assert.lengthOf(sandbox.socket.framesOf('pusher:subscribe'), 1);
    sandbox.socket.receive('stop', {});
    assert.equal(pusher.connection.state, 'disconnected');
  });

  it('nothing reaches handlers after disconnect', async () => {
    const handler = recorder();
    pusher.bind('e', handler);
    const { socket } = sandbox;
    pusher.disconnect();
    socket.receive('e', {});
    await sandbox.tick();
    assert.lengthOf(handler.calls, 0);
  });

  it('a message that is too long for the engine ends its connection', async () => {
    const { socket } = sandbox;
    const error = recorder();
    pusher.connection.bind('error', error);
    socket.raw(' '.repeat(17 * 2 ** 20));
    assert.isDefined(socket.closedWith, 'the socket is closed');
    assert.lengthOf(error.calls, 1);
    assert.isFalse(pusher.send_event('e', {}), 'the connection is gone');
  });
});
