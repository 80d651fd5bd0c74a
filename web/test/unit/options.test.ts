// What the constructor takes, of both eras, and what it refuses.
import { assert } from 'chai';

import { textOf, thrown } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { Pusher, traits } from '../support/subject';

describe('options', () => {
  const sandbox = useSandbox();
  const urlOf = (options: Record<string, unknown>, key: unknown = 'key') => {
    sandbox.pusher({ cluster: undefined, ...options }, key);
    return sandbox.socket.url;
  };

  describe('the key', () => {
    for (const key of [undefined, null]) {
      it(`${key} is refused`, () => {
        const error = thrown(() => new Pusher(key, { cluster: 'mt1' }));
        assert.include(textOf(error), 'You must pass your app key when you instantiate Pusher.');
      });
    }

    it('is a property of the client', () => {
      assert.equal(sandbox.pusher({}, 'my-key').key, 'my-key');
    });

    it('stands in the URL', () => {
      assert.include(urlOf({ cluster: 'eu' }, 'my-key'), '/app/my-key?');
    });

    it('may be a number', () => {
      assert.include(urlOf({ cluster: 'eu' }, 12345), '/app/12345?');
    });
  });

  describe('the address', () => {
    const query = `protocol=7&client=js&version=${Pusher.VERSION ?? '8.6.0'}&flash=false`;

    // options, the URL up to the query
    const URLS: [string, Record<string, unknown>, string][] = [
      ['the cluster', { cluster: 'eu' }, 'wss://ws-eu.pusher.com:443/app/key'],
      ['no cluster', {}, 'wss://ws.pusherapp.com:443/app/key'],
      ['a host of one\'s own', { wsHost: 'h.example' }, 'wss://h.example:443/app/key'],
      ['a host beside a cluster', { wsHost: 'h.example', cluster: 'eu' }, 'wss://h.example:443/app/key'],
      ['ports', { wsHost: 'h.example', wsPort: 81, wssPort: 444 }, 'wss://h.example:444/app/key'],
      ['forceTLS: false', { wsHost: 'h.example', wsPort: 81, forceTLS: false }, 'ws://h.example:81/app/key'],
      ['encrypted: false', { wsHost: 'h.example', encrypted: false }, 'ws://h.example:80/app/key'],
      ['encrypted: true', { wsHost: 'h.example', encrypted: true }, 'wss://h.example:443/app/key'],
      ['forceTLS: 0, which is not false', { cluster: 'eu', forceTLS: 0 }, 'wss://ws-eu.pusher.com:443/app/key'],
      ['forceTLS: null, which is not false', { cluster: 'eu', forceTLS: null }, 'wss://ws-eu.pusher.com:443/app/key'],
      ['a path', { wsHost: 'h.example', wsPath: '/x' }, 'wss://h.example:443/x/app/key'],
      ['0 and "" for the default', { cluster: 'eu', wssPort: 0, wsPath: '' }, 'wss://ws-eu.pusher.com:443/app/key'],
    ];
    for (const [what, options, url] of URLS) {
      it(`by ${what}`, () => {
        assert.equal(urlOf(options), `${url}?${query}`);
      });
    }

    it('needs no options at all', () => {
      const pusher = new Pusher('key');
      pusher.disconnect();
      assert.equal(pusher.key, 'key');
    });

    it('by the statics of the documentation of 2016, where there are no options', () => {
      const statics = Pusher as unknown as Record<string, unknown>;
      const kept = [statics.host, statics.wss_port];
      statics.host = 'old.example';
      statics.wss_port = 4443;
      try {
        assert.match(urlOf({}), /^wss:\/\/old\.example:4443\/app\/key\?/);
      } finally {
        [statics.host, statics.wss_port] = kept;
      }
    });
  });

  describe('shouldUseTLS and isEncrypted', () => {
    for (const [options, secure] of [
      [{}, true],
      [{ forceTLS: true }, true],
      [{ forceTLS: false }, false],
      [{ encrypted: false }, false],
      [{ encrypted: true }, true],
    ] as const) {
      it(`${JSON.stringify(options)}: ${secure}`, () => {
        const pusher = sandbox.pusher(options);
        assert.equal(pusher.shouldUseTLS(), secure);
        assert.equal(pusher.isEncrypted(), secure);
      });
    }
  });

  describe('are checked when the client is made', () => {
    // options, what the sentence must name
    const REFUSED: [Record<string, unknown>, RegExp][] = [
      [{ channelAuthorization: { transport: 'pigeon' } }, /'?pigeon'? is not a recognized auth transport/],
      [{ userAuthentication: { transport: 'pigeon' } }, /'?pigeon'? is not a recognized auth transport/],
      [{ authTransport: 'pigeon' }, /pigeon/],
      [{ wsPort: 70000 }, /wsPort/],
      [{ wsPort: 'many' }, /wsPort/],
      [{ wsHost: 'http://h.example' }, /wsHost/],
      [{ wsPath: 'x' }, /wsPath/],
      [{ activityTimeout: -1 }, /activityTimeout/],
    ];
    for (const [options, names] of REFUSED) {
      it(`${JSON.stringify(options)} is refused`, () => {
        assert.match(textOf(thrown(() => sandbox.pusher(options))), names);
      });
    }

    it('a handler of one\'s own makes the transport not matter', () => {
      const customHandler = () => undefined;
      sandbox.pusher({ channelAuthorization: { transport: 'pigeon', customHandler } });
    });

    if (traits.platform === 'node') {
      it('jsonp is for pages', () => {
        const options = { channelAuthorization: { transport: 'jsonp', endpoint: '/pusher/auth' } };
        assert.match(textOf(thrown(() => sandbox.pusher(options))), /jsonp/);
      });
    }

    it('a client that could not be made is not among the instances', () => {
      const before = Pusher.instances.length;
      thrown(() => new Pusher('key', { cluster: 'mt1', wsPort: 70000 }));
      assert.lengthOf(Pusher.instances, before);
    });
  });

  describe('transports', () => {
    for (const [options, state] of [
      [{ enabledTransports: [] }, 'failed'],
      [{ enabledTransports: ['pigeon'] }, 'failed'],
      [{ enabledTransports: ['ws'], disabledTransports: ['ws'] }, 'failed'],
      [{ enabledTransports: undefined }, 'connecting'],
      [{ enabledTransports: null, disabledTransports: null }, 'connecting'],
      [{ disabledTransports: ['xhr_streaming', 'xhr_polling', 'sockjs'] }, 'connecting'],
    ] as const) {
      it(`${JSON.stringify(options)}: ${state}`, async () => {
        const pusher = sandbox.pusher(options);
        await sandbox.tick();
        assert.equal(pusher.connection.state, state);
      });
    }
  });

  it('disableStats is taken with a warning', () => {
    sandbox.collectLog();
    sandbox.pusher({ disableStats: true });
    assert.include(sandbox.lines.join('\n'), 'The disableStats option is deprecated in favor of enableStats');
  });

  it('objects that were given are not changed', () => {
    const options = Object.freeze({
      cluster: 'eu',
      enabledTransports: Object.freeze(['ws']),
      auth: Object.freeze({ params: Object.freeze({ a: '1' }) }),
    });
    const pusher = new Pusher('key', options);
    pusher.disconnect();
  });
});
