// A bad way to the server: cut, silent, refused, and back again; fallbacks where WebSockets do not get through.
import { assert } from 'chai';

import {
  config, connected, next, optionsFor, publish, subscribed, uniqueName, until, useClients, withRelay,
} from '../support/services';
import { Pusher, traits } from '../support/subject';
import { believesCertificate, watchTransports } from '../support/ways';
import type { Options, PusherInstance } from '../support/surface';

const goes = (event: 'online' | 'offline') => globalThis.dispatchEvent(new Event(event));

describe('network', () => {
  const clients = useClients();
  const through = (port: number, options: Options = {}) =>
    clients.make({ wsPort: port, httpPort: port, ...options });

  async function works(pusher: PusherInstance, name: string): Promise<void> {
    const channel = await subscribed(pusher, name);
    const event = next(channel, 'e');
    await publish(name, 'e', { n: 1 });
    assert.deepEqual((await event)[0], { n: 1 });
  }

  for (const transport of ['ws', 'xhr_streaming', 'xhr_polling']) {
    it(`${transport}: after a cut everything comes back`, () =>
      withRelay(async (relay) => {
        const pusher = through(relay.port, { enabledTransports: [transport] });
        const { name } = await subscribed(pusher, uniqueName('news'));
        // Browsers repeat by themselves a request that was cut before its answer began; then the client has
        // lost nothing and says nothing.
        if (transport === 'xhr_polling') {
          await relay.set('cut');
          let heard = false;
          pusher.bind('again', () => (heard = true));
          return until(async () => {
            await publish(name, 'again', {});
            return heard;
          }, 'an event after the cut');
        }
        const first = pusher.connection.socket_id;
        const states: string[] = [];
        pusher.connection.bind('state_change', ({ current }: { current: string }) => states.push(current));
        const again = next(pusher.connection, 'connected');
        await relay.set('cut');
        await again;
        assert.deepEqual(states, ['connecting', 'connected']);
        assert.notEqual(pusher.connection.socket_id, first);
        await works(pusher, name);
      }));

    it(`${transport}: silence is noticed by asking`, () =>
      withRelay(async (relay) => {
        const options = { enabledTransports: [transport], activityTimeout: 500, pongTimeout: 500 };
        const pusher = through(relay.port, options);
        const { name } = await subscribed(pusher, uniqueName('news'));
        const lost = next(pusher.connection, 'connecting');
        await relay.set('silence');
        await lost;
        const again = next(pusher.connection, 'connected');
        await relay.set('pass');
        await again;
        await works(pusher, name);
      }));

    it(`${transport}: a server that is not there yet is found when it comes`, () =>
      withRelay(async (relay) => {
        await relay.set('refuse');
        const pusher = through(relay.port, { enabledTransports: [transport], unavailableTimeout: 300 });
        const { name } = pusher.subscribe(uniqueName('news'));
        await next(pusher.connection, 'unavailable');
        await relay.set('pass');
        await connected(pusher);
        await works(pusher, name);
      }));
  }

  if (traits.platform === 'page') {
    it('offline: the connection is asked at once; online: it is sought at once', () =>
      withRelay(async (relay) => {
        const pusher = through(relay.port, { pongTimeout: 300, unavailableTimeout: 300 });
        const { name } = await subscribed(pusher, uniqueName('news'));
        await relay.set('silence');
        const unavailable = next(pusher.connection, 'unavailable');
        goes('offline');
        await unavailable;
        const again = next(pusher.connection, 'connected');
        await relay.set('pass');
        goes('online');
        await again;
        await works(pusher, name);
      }));

    it('offline by mistake: nothing is lost', async () => {
      const pusher = clients.make({ pongTimeout: 5_000 });
      const { name } = await subscribed(pusher, uniqueName('news'));
      const socketId = pusher.connection.socket_id;
      goes('offline');
      await next(pusher, 'pusher:pong');
      goes('online');
      await works(pusher, name);
      assert.equal(pusher.connection.socket_id, socketId);
    });
  }

  describe('where WebSockets are refused', () => {
    // what is enabled, what is tried then; nothing else could have carried the connection
    const FALLBACKS: [string[], string][] = [
      [['ws', 'xhr_streaming'], 'xhr_streaming'],
      [['ws', 'xhr_polling'], 'xhr_polling'],
      [['ws', 'xhr_streaming', 'xhr_polling'], 'xhr_streaming'],
      ...(traits.platform === 'page' ? ([[['ws', 'sockjs'], 'sockjs']] as [string[], string][]) : []),
    ];
    for (const [enabledTransports, transport] of FALLBACKS) {
      it(`of ${enabledTransports.join(', ')}: ${transport}`, () =>
        withRelay(async (relay) => {
          await relay.set('refuse');
          const tried = watchTransports();
          const pusher = clients.make({ wsPort: relay.port, enabledTransports });
          const { name } = await subscribed(pusher, uniqueName('news'));
          assert.include(tried.map((one) => one.transport), transport);
          await works(pusher, name);
        }));
    }

    it('without TLS only: wss', async function () {
      if (!(await believesCertificate())) this.skip();
      await withRelay(async (relay) => {
        await relay.set('refuse');
        const tried = watchTransports();
        const pusher = clients.make({ wsPort: relay.port, enabledTransports: ['ws', 'wss'] });
        const { name } = await subscribed(pusher, uniqueName('news'));
        assert.include(tried.map((one) => one.transport), 'wss');
        await works(pusher, name);
      });
    });
  });

  it('where WebSockets hang: streaming', () =>
    withRelay(async (relay) => {
      await relay.set('silence');
      const tried = watchTransports();
      const pusher = clients.make({ wsPort: relay.port, enabledTransports: ['ws', 'xhr_streaming'] });
      const { name } = await subscribed(pusher, uniqueName('news'));
      assert.include(tried.map((one) => one.transport), 'xhr_streaming');
      await works(pusher, name);
    }));

  it('an app that does not exist: told, and never tried again', async () => {
    const pusher = new Pusher(`${config.key}-unknown`, optionsFor());
    const error = next(pusher.connection, 'error');
    await next(pusher.connection, 'disconnected');
    assert.include(JSON.stringify(await error), '4001');
    pusher.disconnect();
  });
});
