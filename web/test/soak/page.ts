// Keeps clients busy in a page until the page is closed: a stream of events, connections that are cut, channels and
// handlers that come and go, members, client events. Tells the runner every few seconds how it stands.
import { moduleMemory } from '../support/memory';
import { as, config, optionsFor, publishMany, soon, subscribed, uniqueName, withRelay } from '../support/services';
import type { Relay } from '../support/services';
import { Pusher } from '../support/subject';
import type { PusherInstance } from '../support/surface';

const BURST = 500;
const ROUND_MS = 60_000; // a round that takes longer has got stuck

interface Measured {
  memory?: { usedJSHeapSize: number };
}

const counts = { events: 0, connections: 0, rounds: 0 };

function tell(event: Record<string, unknown>): Promise<unknown> {
  return fetch('/report', { method: 'POST', body: JSON.stringify(event) });
}

function sample(): Promise<unknown> {
  (globalThis as { gc?: () => void }).gc?.(); // Chromium is started with it
  const heap = (performance as Measured).memory?.usedJSHeapSize;
  return tell({ kind: 'sample', ...counts, module: moduleMemory(), heap });
}

async function burst(pusher: PusherInstance, name: string): Promise<void> {
  const channel = await subscribed(pusher, name);
  let seen = 0;
  const all = new Promise<void>((resolve) => {
    channel.bind('item', ({ n }: { n: number }) => {
      if (n !== seen) throw new Error(`event ${n} in the place of ${seen}`);
      counts.events++;
      if (++seen === BURST) resolve();
    });
  });
  await publishMany(name, 'item', 0, BURST);
  await soon(all, `${BURST} events`, ROUND_MS);
  pusher.unsubscribe(name);
}

async function talk(one: PusherInstance, two: PusherInstance): Promise<void> {
  const name = uniqueName('presence-soak');
  const [here, there] = [await subscribed(one, name), await subscribed(two, name)];
  const heard = new Promise<void>((resolve) => here.bind('client-said', () => resolve()));
  there.trigger('client-said', { text: 'x'.repeat(1_000) });
  await soon(heard, 'a client event');
  one.unsubscribe(name);
  two.unsubscribe(name);
}

async function reconnect(pusher: PusherInstance, relay: Relay): Promise<void> {
  const again = new Promise<void>((resolve) => {
    const handler = (): void => {
      pusher.connection.unbind('connected', handler);
      resolve();
    };
    pusher.connection.bind('connected', handler);
  });
  await relay.set('cut');
  await soon(again, 'a connection after the cut');
  counts.connections++;
}

async function keepBusy(relay: Relay): Promise<void> {
  const make = (id: string, transport: string) =>
    new Pusher(
      config.key,
      optionsFor({ ...as(id), wsPort: relay.port, httpPort: relay.port, enabledTransports: [transport] }),
    );
  const [one, two] = [make('ann', 'ws'), make('bob', 'xhr_streaming')];
  one.bind_global(() => undefined);
  for (;;) {
    await burst(one, uniqueName('soak'));
    await burst(two, uniqueName('soak'));
    await talk(one, two);
    if (counts.rounds % 5 === 0) await reconnect(one, relay);
    one.disconnect();
    one.connect();
    counts.rounds++;
    await sample();
  }
}

withRelay(keepBusy).catch((error: unknown) => tell({ kind: 'broken', text: String(error) }));
