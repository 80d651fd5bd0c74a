// Each transport, with TLS and without: events from an application, client events, members, order.
import { assert } from 'chai';

import { as, connected, next, publish, publishMany, soon, subscribed, uniqueName, useClients } from '../support/services';
import { WAYS, believesCertificate, watchTransports } from '../support/ways';
import type { Member } from '../support/surface';

const MANY = 10_000;
const AHEAD = 1_000; // not more are published than that beyond what came: the server cuts off who lags far behind

describe('transports', () => {
  const clients = useClients();

  for (const way of WAYS) {
    describe(way.name, () => {
      before(async function () {
        if (way.tls && !(await believesCertificate())) this.skip();
      });

      it('connects, and by no other way', async () => {
        const tried = watchTransports();
        const pusher = await connected(clients.make(way.options));
        assert.match(pusher.connection.socket_id ?? '', /^\d+\.\d+$/);
        assert.deepEqual([...new Set(tried.map(({ transport }) => transport))], [way.transport]);
        for (const { url } of tried) assert.equal(new URL(url).protocol, way.scheme);
      });

      it('an event of an application arrives', async () => {
        const pusher = clients.make(way.options);
        const channel = await subscribed(pusher, uniqueName('news'));
        const [onChannel, onClient] = [next(channel, 'new-comment'), next(pusher, 'new-comment')];
        const data = { text: 'hi "you" \\ \u00fc\u4f60\ud83d\ude00\u2028', list: [1, null, { deep: true }] };
        await publish(channel.name, 'new-comment', data);
        assert.deepEqual(await onChannel, [data, {}]);
        assert.deepEqual(await onClient, [data]);
      });

      it('no event after unsubscribe', async () => {
        const pusher = clients.make(way.options);
        const [left, stays] = [await subscribed(pusher, uniqueName('left')), await subscribed(pusher, uniqueName('stays'))];
        left.bind('e', () => assert.fail('an event after unsubscribe'));
        pusher.unsubscribe(left.name);
        await subscribed(pusher, uniqueName('later')); // what was sent before has been read by now
        const last = next(stays, 'e');
        await publish(left.name, 'e', {});
        await publish(stays.name, 'e', {});
        await last;
      });

      it('client events go from one to the other, on private channels', async () => {
        const [one, two] = [clients.make(way.options), clients.make(way.options)];
        const name = uniqueName('private-chat');
        const [here, there] = [await subscribed(one, name), await subscribed(two, name)];
        here.bind('client-hello', () => assert.fail('an event came back to its sender'));
        const hello = next(there, 'client-hello');
        assert.isTrue(here.trigger('client-hello', { from: 'one' }));
        assert.deepEqual((await hello)[0], { from: 'one' });
      });

      it('members see each other come, speak and go', async () => {
        const [ann, bob] = [clients.make({ ...way.options, ...as('ann') }), clients.make({ ...way.options, ...as('bob') })];
        const name = uniqueName('presence-room');
        const here = await subscribed(ann, name);
        assert.equal(here.members.count, 1);
        assert.deepEqual(here.members.me, { id: 'ann', info: { name: 'The ann' } });
        const added = next(here, 'pusher:member_added');
        const there = await subscribed(bob, name);
        assert.deepEqual((await added)[0] as Member, { id: 'bob', info: { name: 'The bob' } });
        assert.equal(there.members.count, 2);
        const said = next(here, 'client-said');
        there.trigger('client-said', { text: 'hi' });
        assert.deepEqual(await said, [{ text: 'hi' }, { user_id: 'bob' }]);
        const removed = next(here, 'pusher:member_removed');
        bob.unsubscribe(name);
        assert.deepEqual((await removed)[0] as Member, { id: 'bob', info: { name: 'The bob' } });
        assert.equal(here.members.count, 1);
      });

      it(`${MANY} events in order`, async function () {
        if (way.tls) this.skip(); // the same code; TLS is the browser's
        this.timeout(90_000);
        const pusher = clients.make(way.options);
        const channel = await subscribed(pusher, uniqueName('many'));
        let [expected, wrong, published] = [0, 0, 0];
        // A connection that is lost loses events: said, so that it is not taken for something else.
        const lost = new Promise<never>((_, reject) => {
          pusher.connection.bind('error', (error: unknown) =>
            reject(new Error(`after ${expected} events: ${JSON.stringify(error)}`)),
          );
        });
        let arrived = () => {};
        channel.bind('item', ({ n }: { n: number }) => {
          if (n !== expected++) wrong++;
          if (expected === published) arrived();
        });
        const all = async () => {
          while (published < MANY) {
            const first = published;
            published += AHEAD;
            const here = new Promise<void>((resolve) => (arrived = resolve));
            await publishMany(channel.name, 'item', first, AHEAD);
            await here;
          }
        };
        await soon(Promise.race([all(), lost]), `event ${MANY}`, 80_000);
        assert.equal(wrong, 0);
      });

      it('disconnect, and connect again', async () => {
        const pusher = clients.make(way.options);
        const channel = await subscribed(pusher, uniqueName('news'));
        const first = pusher.connection.socket_id;
        pusher.disconnect();
        assert.equal(pusher.connection.state, 'disconnected');
        assert.isFalse(pusher.send_event('e', {}));
        const again = next(channel, 'pusher:subscription_succeeded');
        pusher.connect();
        await again;
        assert.notEqual(pusher.connection.socket_id, first);
        const event = next(channel, 'e');
        await publish(channel.name, 'e', { n: 1 });
        assert.deepEqual((await event)[0], { n: 1 });
      });
    });
  }
});
