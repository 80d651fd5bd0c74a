// What only pages have: several tabs, reloading, a transport cache, workers, statistics by scripts.
import { assert } from 'chai';

import { openFrame } from '../support/frame';
import type { Frame } from '../support/frame';
import {
  as, channelsAtServer, config, connected, next, optionsFor, publish, soon, subscribed, uniqueName, until, useClients,
} from '../support/services';
import { traits } from '../support/subject';
import type { Member, PusherInstance } from '../support/surface';
import { watchTransports } from '../support/ways';

describe('tabs', () => {
  const clients = useClients();
  let frames: Frame[] = [];

  async function tab(): Promise<Frame> {
    const frame = await openFrame();
    frames.push(frame);
    await frame.loadLibrary();
    return frame;
  }

  const clientIn = (frame: Frame, id: string): PusherInstance =>
    new frame.window.Pusher(config.key, optionsFor(as(id)));

  afterEach(() => {
    for (const frame of frames) frame.remove();
    frames = [];
  });

  it('two of them speak with each other', async () => {
    const name = uniqueName('presence-tabs');
    const [one, two] = [await tab(), await tab()];
    const here = await subscribed(clientIn(one, 'ann'), name);
    const added = next(here, 'pusher:member_added');
    const there = await subscribed(clientIn(two, 'bob'), name);
    assert.equal(((await added)[0] as Member).id, 'bob');
    const said = next(here, 'client-said');
    there.trigger('client-said', { text: 'hi' });
    assert.deepEqual(await said, [{ text: 'hi' }, { user_id: 'bob' }]);
  });

  it('a reload leaves and comes back', async () => {
    const name = uniqueName('presence-tabs');
    const here = await subscribed(clients.make(as('ann')), name);
    const other = await tab();
    await subscribed(clientIn(other, 'bob'), name);
    const removed = next(here, 'pusher:member_removed');
    await other.reload();
    assert.equal(((await removed)[0] as Member).id, 'bob');
    await other.loadLibrary();
    const added = next(here, 'pusher:member_added');
    const there = await subscribed(clientIn(other, 'bob'), name);
    assert.equal(((await added)[0] as Member).id, 'bob');
    assert.equal(there.members.count, 2);
  });

  it('a closed one is gone', async () => {
    const name = uniqueName('presence-tabs');
    const here = await subscribed(clients.make(as('ann')), name);
    const other = await tab();
    await subscribed(clientIn(other, 'bob'), name);
    const removed = next(here, 'pusher:member_removed');
    other.remove();
    await removed;
    assert.equal(here.members.count, 1);
  });

  it('a closed one over HTTP is gone, too', async () => {
    const name = uniqueName('private-tabs');
    const other = await tab();
    const pusher = new other.window.Pusher(config.key, optionsFor({ enabledTransports: ['xhr_streaming'] }));
    await subscribed(pusher, name);
    assert.deepEqual(await channelsAtServer(name), [name]);
    other.remove();
    await until(async () => (await channelsAtServer(name)).length === 0, 'the server forgets the channel');
  });
});

describe('transport cache', () => {
  const clients = useClients();
  const KEY = 'pusherTransportNonTLS';
  const cached = () => JSON.parse(localStorage.getItem(KEY) ?? 'null') as Record<string, unknown> | null;

  beforeEach(() => localStorage.removeItem(KEY));
  after(() => localStorage.removeItem(KEY));

  it('what worked is written down', async () => {
    await connected(clients.make());
    const entry = cached();
    assert.propertyVal(entry, 'transport', 'ws');
    assert.isNumber(entry?.timestamp);
    assert.isAtLeast(Number(entry?.latency), 0);
  });

  it('what is written down is tried first', async () => {
    const all = { enabledTransports: ['ws', 'xhr_streaming', 'xhr_polling'] };
    await connected(clients.make({ enabledTransports: ['xhr_streaming'] }));
    assert.propertyVal(cached(), 'transport', 'xhr_streaming');
    localStorage.setItem(KEY, JSON.stringify({ ...cached(), cacheSkipCount: 4 }));
    const tried = watchTransports();
    await connected(clients.make(all));
    assert.deepEqual(tried.map(({ transport }) => transport), ['xhr_streaming']);
  });

  it('what is old, broken or unknown does not count', async () => {
    const old = JSON.stringify({ timestamp: Date.now() - 3_600_000, transport: 'xhr_polling', latency: 10, cacheSkipCount: 4 });
    const unknown = JSON.stringify({ timestamp: Date.now(), transport: 'pigeon', latency: 10 });
    for (const entry of [old, unknown, '{', '[]', 'null', '7']) {
      localStorage.setItem(KEY, entry);
      const tried = watchTransports();
      await connected(clients.make({ enabledTransports: ['ws', 'xhr_polling'] }));
      assert.equal(tried[0]?.transport, 'ws', entry);
    }
  });

  it('a page without storage connects all the same', async () => {
    const frame = await openFrame();
    Object.defineProperty(frame.window, 'localStorage', {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
    await frame.loadLibrary();
    await connected(new frame.window.Pusher(config.key, optionsFor()));
    frame.remove();
  });
});

describe('workers', () => {
  // The worker's bundle has the name of the page's with `.worker` after the first word.
  const library = traits.file.replace(/\/pusher\.([\w.]*)$/, '/pusher.worker.$1');

  it('have a library of their own', async () => {
    const name = uniqueName('news');
    const code = `
      importScripts(${JSON.stringify(library)});
      const pusher = new Pusher(${JSON.stringify(config.key)}, ${JSON.stringify(optionsFor())});
      const channel = pusher.subscribe(${JSON.stringify(name)});
      channel.bind('pusher:subscription_succeeded', () => postMessage({ kind: 'subscribed' }));
      channel.bind('e', (data, metadata) => postMessage({ kind: 'event', data, metadata }));`;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const worker = new Worker(url);
    const message = (kind: string) =>
      soon(
        new Promise<Record<string, unknown>>((resolve, reject) => {
          worker.addEventListener('message', ({ data }) => data.kind === kind && resolve(data));
          worker.addEventListener('error', ({ message: text }) => reject(new Error(text)));
        }),
        `${kind} in the worker`,
      );
    try {
      await message('subscribed');
      const event = message('event');
      await publish(name, 'e', { n: 1 });
      assert.deepEqual(await event, { kind: 'event', data: { n: 1 }, metadata: {} });
    } finally {
      worker.terminate();
      URL.revokeObjectURL(url);
    }
  });
});

describe('statistics', () => {
  const clients = useClients();

  it('go out by a script, to the host that was named', async () => {
    const path = `http://${config.host}:${config.port}/timeline/v2/jsonp/`;
    const asked = soon(
      new Promise<string>((resolve) => {
        const observer = new PerformanceObserver((list) => {
          const entry = list.getEntries().find(({ name }) => name.startsWith(path));
          if (entry) resolve(entry.name);
        });
        observer.observe({ type: 'resource' });
      }),
      'a report',
    );
    await connected(clients.make({ enableStats: true, statsHost: `${config.host}:${config.port}` }));
    const query = new URL(await asked).searchParams;
    for (const field of ['session', 'bundle', 'key', 'lib', 'version', 'features', 'timeline']) {
      assert.isNotNull(query.get(field), field);
    }
    assert.equal(atob(query.get('lib') ?? ''), 'js');
  });

  it('are not sent unless they were asked for', async () => {
    const before = performance.getEntriesByType('resource').length;
    const pusher = clients.make({ statsHost: `${config.host}:${config.port}` });
    await subscribed(pusher, uniqueName('news'));
    const urls = performance.getEntriesByType('resource').slice(before).map(({ name }) => name);
    assert.deepEqual(urls.filter((url) => url.includes('/timeline/')), []);
  });
});
