// authBatch with a real endpoint: a hundred channels, and one request each time.
import { assert } from 'chai';

import { as, config, next, uniqueName, useClients, withRelay } from '../support/services';
import { Pusher, traits } from '../support/subject';
import type { Channel, PusherInstance } from '../support/surface';

const CHANNELS = 100;

describe('authBatch', () => {
  const clients = useClients();
  const { createXHR } = Pusher.Runtime;
  let asked = 0;

  beforeEach(() => {
    asked = 0;
    Pusher.Runtime.createXHR = () => {
      const xhr = createXHR.call(Pusher.Runtime) as XMLHttpRequest;
      const { open } = xhr;
      xhr.open = function (this: XMLHttpRequest, method: string, url: string | URL, ...rest: unknown[]): void {
        if (String(url) === config.auth) asked++;
        Reflect.apply(open, this, [method, url, ...rest]);
      };
      return xhr;
    };
  });
  afterEach(() => {
    Pusher.Runtime.createXHR = createXHR;
  });

  const all = (count: number, kind: string): string[] =>
    Array.from({ length: count }, (_, index) => uniqueName(`${kind}-${index}`));

  const succeeded = (channels: Channel[]): Promise<unknown> =>
    Promise.all(channels.map((channel) => next(channel, 'pusher:subscription_succeeded')));

  const subscribeAll = (pusher: PusherInstance, names: string[]): Channel[] => names.map((name) => pusher.subscribe(name));

  it('a hundred channels cost one request, and one more after a reconnect', () =>
    withRelay(async (relay) => {
      const pusher = clients.make({ authBatch: true, wsPort: relay.port, ...as('ann') });
      const channels = subscribeAll(pusher, [...all(CHANNELS / 2, 'private'), ...all(CHANNELS / 2, 'presence')]);
      await succeeded(channels);
      assert.equal(asked, 1);
      assert.equal(channels[CHANNELS - 1]!.members.me?.id, 'ann');

      const again = succeeded(channels);
      await relay.set('cut');
      await again;
      assert.equal(asked, 2);
    }));

  it('what is subscribed while connected goes together as well', async () => {
    const pusher = clients.make({ authBatch: true });
    await next(pusher.connection, 'connected');
    await succeeded(subscribeAll(pusher, all(CHANNELS, 'private')));
    assert.equal(asked, 1);
  });

  it('one that is refused fails alone', async () => {
    const pusher = clients.make({ authBatch: true });
    const [good, bad] = subscribeAll(pusher, [uniqueName('private-a'), 'private-no such channel']) as [Channel, Channel];
    const failed = next(bad, 'pusher:subscription_error');
    await succeeded([good]);
    assert.deepInclude((await failed)[0], { type: 'AuthError', status: 400 });
    assert.equal(asked, 1);
  });

  if (traits.platform === 'page') {
    it('by jsonp', async () => {
      const pusher = clients.make({ authBatch: true, ...as('ann', 'jsonp') });
      const before = document.head.querySelectorAll('script').length;
      let scripts = 0;
      const observer = new MutationObserver((records) => {
        for (const { addedNodes } of records) scripts += addedNodes.length;
      });
      observer.observe(document.head, { childList: true });
      await succeeded(subscribeAll(pusher, all(10, 'private')));
      observer.disconnect();
      assert.equal(scripts, 1);
      assert.isAtMost(document.head.querySelectorAll('script').length, before + 1);
    });
  }
});
