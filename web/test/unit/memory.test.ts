// Clients that are made and left do not use up the module's memory.
import { assert } from 'chai';

import { moduleMemory } from '../support/memory';
import { useSandbox } from '../support/sandbox';
import { Pusher } from '../support/subject';

describe('memory', () => {
  const sandbox = useSandbox();

  // Once round: a client that connects, subscribes, gets events, and is disconnected.
  async function live(n: number): Promise<void> {
    const pusher = sandbox.pusher();
    const channel = pusher.subscribe(`channel-${n}`);
    channel.bind('e', () => undefined);
    sandbox.socket.open();
    sandbox.socket.establish(`1.${n}`);
    sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, channel.name);
    for (let i = 0; i < 5; i++) sandbox.socket.receive('e', { text: 'x'.repeat(1_000) }, channel.name);
    pusher.disconnect();
    if (n % 50 === 0) await sandbox.tick(10);
    sandbox.sockets.length = 0;
  }

  // Every client stays in `Pusher.instances`, so each keeps what it has; it must not be more than that.
  it('a thousand clients, at most 16 KiB each', async function () {
    this.timeout(300_000);
    for (let n = 0; n < 100; n++) await live(n);
    const before = moduleMemory();
    for (let n = 100; n < 1_100; n++) await live(n);
    assert.isDefined(before, 'the memory of the module was seen');
    assert.isAtMost((moduleMemory()! - before!) / 1_000, 16_384);
    Pusher.instances.length = 0;
  });

  it('one client that connects a thousand times', async function () {
    this.timeout(300_000);
    const pusher = sandbox.pusher();
    const names = ['news', 'sport', 'weather'];
    for (const name of names) pusher.subscribe(name).bind('e', () => undefined);
    let before: number | undefined;
    for (let n = 0; n < 1_100; n++) {
      if (n === 100) before = moduleMemory();
      await sandbox.establish(`1.${n}`);
      for (const name of names) sandbox.socket.receive('pusher_internal:subscription_succeeded', {}, name);
      pusher.disconnect();
      pusher.connect();
    }
    assert.equal(moduleMemory(), before);
  });

  it('a hundred thousand events', () => {
    const pusher = sandbox.pusher();
    sandbox.socket.open();
    sandbox.socket.establish();
    let count = 0;
    pusher.bind('e', () => count++);
    let before: number | undefined;
    for (let n = 0; n < 100_000; n++) {
      if (n === 1_000) before = moduleMemory();
      sandbox.socket.raw(`{"event":"e","channel":"news","data":"{\\"n\\":${n}}"}`);
    }
    assert.equal(count, 100_000);
    assert.equal(moduleMemory(), before);
  });
});
