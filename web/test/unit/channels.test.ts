// Channels: subscribing, leaving, what a channel tells of itself.
import { assert } from 'chai';

import { recorder, textOf, thrown } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import type { PusherInstance } from '../support/surface';

describe('channels', () => {
  const sandbox = useSandbox();
  const subscribes = () => sandbox.socket.framesOf('pusher:subscribe');
  const unsubscribes = () => sandbox.socket.framesOf('pusher:unsubscribe');
  let pusher: PusherInstance;

  beforeEach(async () => {
    pusher = await sandbox.connected();
  });

  it('subscribe gives the channel at once, and asks the server for it', async () => {
    const channel = pusher.subscribe('news');
    assert.equal(channel.name, 'news');
    assert.strictEqual(channel.pusher, pusher);
    assert.isFalse(channel.subscribed);
    assert.isTrue(channel.subscriptionPending);
    await sandbox.tick();
    assert.deepEqual(subscribes(), [{ event: 'pusher:subscribe', data: { auth: '', channel: 'news' } }]);
  });

  it('the server\'s answer makes it subscribed', async () => {
    const succeeded = recorder();
    const channel = pusher.subscribe('news');
    channel.bind('pusher:subscription_succeeded', succeeded);
    sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, 'news');
    assert.isTrue(channel.subscribed);
    assert.isFalse(channel.subscriptionPending);
    assert.deepEqual(succeeded.calls[0]?.[0], {});
  });

  it('subscribe once more gives the same channel and sends nothing', async () => {
    const channel = pusher.subscribe('news');
    assert.strictEqual(pusher.subscribe('news'), channel);
    sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, 'news');
    assert.strictEqual(pusher.subscribe('news'), channel);
    await sandbox.tick();
    assert.lengthOf(subscribes(), 1);
  });

  it('pusher:subscribe can be bound on the client', async () => {
    const handler = recorder();
    pusher.bind('pusher:subscribe', handler);
    pusher.subscribe('news');
    await sandbox.tick();
    assert.lengthOf(handler.calls, 1);
  });

  it('channel and allChannels know them', () => {
    assert.isUndefined(pusher.channel('news'));
    assert.deepEqual(pusher.allChannels(), []);
    const [one, two] = [pusher.subscribe('one'), pusher.subscribe('two')];
    assert.strictEqual(pusher.channel('one'), one);
    assert.deepEqual(pusher.allChannels(), [one, two]);
    for (const name of ['constructor', '__proto__', 'toString']) assert.isUndefined(pusher.channel(name), name);
  });

  it('events go to their channel only', async () => {
    const [one, two] = [await sandbox.subscribed(pusher, 'one'), await sandbox.subscribed(pusher, 'two')];
    const [onOne, onTwo] = [recorder(), recorder()];
    one.bind('e', onOne);
    two.bind('e', onTwo);
    sandbox.socket.receive('e', { n: 1 }, 'two');
    assert.lengthOf(onOne.calls, 0);
    assert.deepEqual(onTwo.calls, [[{ n: 1 }, {}]]);
  });

  it('channels asked for before the connection are subscribed when it is there, in order', async () => {
    const other = sandbox.pusher();
    for (const name of ['b', 'a', '1']) other.subscribe(name);
    await sandbox.establish();
    assert.deepEqual(subscribes().map(({ data }) => (data as { channel: string }).channel), ['b', 'a', '1']);
  });

  it('all are subscribed anew after a reconnect, with their bindings', async () => {
    const channel = await sandbox.subscribed(pusher, 'news');
    const [handler, succeeded] = [recorder(), recorder()];
    channel.bind('e', handler).bind('pusher:subscription_succeeded', succeeded);
    sandbox.socket.end(1006, '', false);
    await sandbox.tick(1_010);
    assert.isFalse(channel.subscribed);
    await sandbox.establish('3.4');
    assert.lengthOf(subscribes(), 1);
    sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, 'news');
    sandbox.socket.receive('e', {}, 'news');
    assert.lengthOf(handler.calls, 1);
    assert.lengthOf(succeeded.calls, 1);
    assert.strictEqual(pusher.channel('news'), channel);
  });

  it('disconnect makes them unsubscribed', async () => {
    const channel = await sandbox.subscribed(pusher, 'news');
    pusher.disconnect();
    assert.isFalse(channel.subscribed);
    assert.strictEqual(pusher.channel('news'), channel);
  });

  describe('unsubscribe', () => {
    it('tells the server and forgets the channel', async () => {
      const channel = await sandbox.subscribed(pusher, 'news');
      pusher.unsubscribe('news');
      await sandbox.tick();
      assert.deepEqual(unsubscribes(), [{ event: 'pusher:unsubscribe', data: { channel: 'news' } }]);
      assert.isFalse(channel.subscribed);
      assert.isUndefined(pusher.channel('news'));
      assert.notStrictEqual(pusher.subscribe('news'), channel);
    });

    it('of a channel that nobody knows does nothing', async () => {
      assert.isUndefined(pusher.unsubscribe('unknown'));
      await sandbox.tick();
      assert.lengthOf(unsubscribes(), 0);
    });

    it('while it is pending waits for the answer, and the application hears of none', async () => {
      const channel = pusher.subscribe('news');
      const succeeded = recorder();
      channel.bind('pusher:subscription_succeeded', succeeded);
      pusher.unsubscribe('news');
      assert.isTrue(channel.subscriptionCancelled);
      await sandbox.tick();
      sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, 'news');
      await sandbox.tick();
      assert.lengthOf(unsubscribes(), 1);
      assert.lengthOf(succeeded.calls, 0);
      assert.isUndefined(pusher.channel('news'));
    });

    it('while it is pending is taken back by subscribe', async () => {
      const channel = pusher.subscribe('news');
      pusher.unsubscribe('news');
      assert.strictEqual(pusher.subscribe('news'), channel);
      assert.isFalse(channel.subscriptionCancelled);
      sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, 'news');
      await sandbox.tick();
      assert.isTrue(channel.subscribed);
      assert.lengthOf(unsubscribes(), 0);
    });

    it('while it is pending holds after a reconnect', async () => {
      pusher.subscribe('news');
      pusher.unsubscribe('news');
      sandbox.socket.end(1006, '', false);
      await sandbox.tick(1_010);
      await sandbox.establish('3.4');
      assert.lengthOf(subscribes(), 0);
      assert.deepEqual(pusher.allChannels(), []);
    });
  });

  describe('trigger', () => {
    it('sends a client event', async () => {
      const channel = await sandbox.subscribed(pusher, 'news');
      assert.isTrue(channel.trigger('client-e', { n: 1 }));
      await sandbox.tick();
      assert.deepEqual(sandbox.socket.framesOf('client-e'), [{ event: 'client-e', data: { n: 1 }, channel: 'news' }]);
    });

    it('refuses other names', async () => {
      const channel = await sandbox.subscribed(pusher, 'news');
      const error = thrown(() => channel.trigger('e', {}));
      assert.instanceOf(error, Error);
      assert.include(textOf(error), 'Event \'e\' does not start with \'client-\'');
      await sandbox.tick();
      assert.lengthOf(sandbox.socket.framesOf('e'), 0);
    });

    it('before the subscription warns, and sends all the same', async () => {
      sandbox.collectLog();
      const channel = pusher.subscribe('news');
      assert.isTrue(channel.trigger('client-e', {}));
      await sandbox.tick();
      assert.lengthOf(sandbox.socket.framesOf('client-e'), 1);
      assert.include(sandbox.lines.join('\n'), 'Client event triggered before channel \'subscription_succeeded\' event');
    });

    it('is false without a connection', () => {
      assert.isFalse(sandbox.pusher().subscribe('news').trigger('client-e', {}));
    });
  });

  it('pusher:subscription_count is told and kept', async () => {
    const channel = await sandbox.subscribed(pusher, 'news');
    const counted = recorder();
    channel.bind('pusher:subscription_count', counted);
    sandbox.socket.receive('pusher_internal:subscription_count', { subscription_count: 7 }, 'news');
    assert.equal(channel.subscriptionCount, 7);
    assert.deepEqual(counted.calls[0]?.[0], { subscription_count: 7 });
  });

  it('an error of the server is told, and subscribe tries again', async () => {
    const channel = pusher.subscribe('news');
    const failed = recorder();
    channel.bind('pusher:subscription_error', failed);
    await sandbox.tick();
    sandbox.socket.receive('pusher:subscription_error', { type: 'AuthError', error: 'no', status: 401 }, 'news');
    assert.lengthOf(failed.calls, 1);
    pusher.subscribe('news');
    await sandbox.tick();
    assert.lengthOf(subscribes(), 2);
  });

  it('names beginning with # are refused', () => {
    const error = thrown(() => pusher.subscribe('#x'));
    assert.include(textOf(error), '#x');
  });

  it('subscribeAll sends for what is not subscribed', async () => {
    await sandbox.subscribed(pusher, 'one');
    pusher.subscribeAll();
    await sandbox.tick();
    assert.lengthOf(subscribes(), 1);
  });

  it('a thousand channels', async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `channel-${n}`);
    const heard: string[] = [];
    for (const name of names) pusher.subscribe(name).bind('e', () => heard.push(name));
    await sandbox.tick();
    assert.lengthOf(subscribes(), 1_000);
    for (const name of names) sandbox.socket.receive('e', {}, name);
    assert.deepEqual(heard, names);
    for (const name of names) sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, name);
    for (const name of names) pusher.unsubscribe(name);
    assert.deepEqual(pusher.allChannels(), []);
  });
});
