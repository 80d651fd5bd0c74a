// What a server knows of channels beside their subscribers: the last event of cache channels, and how many
// subscriptions there are.
import { assert } from 'chai';

import { next, publish, subscribed, uniqueName, useClients } from '../support/services';
import type { Channel, PusherInstance } from '../support/surface';

describe('cache channels', () => {
  const clients = useClients();

  // The names of a channel's events until one that is published now.
  async function eventsOf(pusher: PusherInstance, name: string): Promise<[string[], Channel]> {
    const seen: string[] = [];
    const channel = pusher.subscribe(name);
    channel.bind_global((event: string) => event !== 'pusher:subscription_count' && seen.push(event));
    await subscribed(pusher, name);
    const mark = next(channel, 'mark');
    await publish(name, 'mark', {});
    await mark;
    return [seen, channel];
  }

  for (const kind of ['cache', 'private-cache', 'presence-cache']) {
    it(`${kind}: the last event comes directly after the subscription`, async () => {
      const name = uniqueName(kind);
      await publish(name, 'old', { n: 0 });
      await publish(name, 'news', { n: 1 });
      const pusher = clients.make();
      const channel = pusher.subscribe(name);
      const news = next(channel, 'news');
      const [seen] = await eventsOf(pusher, name);
      assert.deepEqual(seen, ['pusher:subscription_succeeded', 'news', 'mark']);
      assert.deepEqual((await news)[0], { n: 1 });
    });

    it(`${kind}: where there is none, that is told`, async () => {
      const name = uniqueName(kind);
      const pusher = clients.make();
      const told: unknown[] = [];
      pusher.bind('pusher:cache_miss', () => told.push(name));
      const [seen] = await eventsOf(pusher, name);
      assert.deepEqual(seen, ['pusher:subscription_succeeded', 'pusher:cache_miss', 'mark']);
      assert.deepEqual(told, [name]);
    });
  }
});

describe('counts of subscriptions', () => {
  const clients = useClients();
  const counted = (channel: Channel, count: number) =>
    next(channel, 'pusher:subscription_count', (data) => (data as { subscription_count: number }).subscription_count === count);

  it('are told to all, and stand on the channel', async () => {
    const name = uniqueName('news');
    const [one, two] = [clients.make(), clients.make()];
    const here = one.subscribe(name);
    const first = counted(here, 1);
    await first;
    const both = counted(here, 2);
    const there = two.subscribe(name);
    const own = counted(there, 2);
    await both;
    await own;
    assert.equal(here.subscriptionCount, 2);
    assert.equal(there.subscriptionCount, 2);
    const less = counted(here, 1);
    two.unsubscribe(name);
    await less;
    assert.equal(here.subscriptionCount, 1);
  });
});
