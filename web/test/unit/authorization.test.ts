// How private channels get their signature: requests, handlers of one's own, failures.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { Pusher } from '../support/subject';
import type { Channel, Options } from '../support/surface';

type Callback = (error: unknown, data: unknown) => void;

describe('authorization', () => {
  const sandbox = useSandbox();
  const subscribes = () => sandbox.socket.framesOf('pusher:subscribe');

  async function asked(options: Options, name = 'private-a'): Promise<Channel> {
    const pusher = await sandbox.connected(options);
    const channel = pusher.subscribe(name);
    await sandbox.tick();
    return channel;
  }

  describe('by request', () => {
    it('asks /pusher/auth, and sends what comes back', async () => {
      await asked({});
      const { request } = sandbox;
      assert.equal(request.method, 'POST');
      assert.match(request.url, /\/pusher\/auth$/);
      assert.equal(request.headers['Content-Type'], 'application/x-www-form-urlencoded');
      assert.equal(request.body, 'socket_id=1.2&channel_name=private-a');
      request.respond(200, '{"auth":"key:sig"}');
      await sandbox.tick();
      assert.deepEqual(subscribes(), [{ event: 'pusher:subscribe', data: { auth: 'key:sig', channel: 'private-a' } }]);
    });

    // options, URL, body, headers
    const EXTRA = { params: { a: 'b c&', n: 5 }, headers: { 'X-Token': 't' } };
    const WAYS: [string, Options, string, string, Record<string, string>][] = [
      ['auth, authEndpoint', { authEndpoint: 'http://h.example/auth', auth: EXTRA }, 'http://h.example/auth', '&a=b%20c%26&n=5', { 'X-Token': 't' }],
      [
        'channelAuthorization',
        { channelAuthorization: { endpoint: 'http://h.example/auth', transport: 'ajax', ...EXTRA } },
        'http://h.example/auth',
        '&a=b%20c%26&n=5',
        { 'X-Token': 't' },
      ],
      [
        'providers, asked for each request',
        {
          channelAuthorization: {
            endpoint: 'http://h.example/auth',
            transport: 'ajax',
            paramsProvider: () => ({ p: 'q' }),
            headersProvider: () => ({ 'X-Now': 'n' }),
          },
        },
        'http://h.example/auth',
        '&p=q',
        { 'X-Now': 'n' },
      ],
      [
        'channelAuthorization, before the older ones',
        { channelAuthorization: { endpoint: 'http://new.example/', transport: 'ajax' }, authEndpoint: 'http://old.example/', auth: EXTRA },
        'http://new.example/',
        '',
        {},
      ],
    ];
    for (const [what, options, url, more, headers] of WAYS) {
      it(`options: ${what}`, async () => {
        await asked(options, 'private-q@x');
        assert.equal(sandbox.request.url, url);
        assert.equal(sandbox.request.body, `socket_id=1.2&channel_name=private-q%40x${more}`);
        assert.deepInclude(sandbox.request.headers, headers);
      });
    }

    it('channel_data of a private channel is sent along', async () => {
      await asked({});
      sandbox.request.respond(200, '{"auth":"key:sig","channel_data":"{}"}');
      await sandbox.tick();
      assert.propertyVal(subscribes()[0]?.data, 'channel_data', '{}');
    });

    // status, text, what the error says
    const REFUSED: [number, string, RegExp][] = [
      [403, '', /403/],
      [201, '{"auth":"key:sig"}', /201/],
      [404, 'not here', /404/],
      [200, 'no json', /JSON/],
      [200, '{}', /auth/],
      [200, 'null', /auth/],
      [500, 'oh', /500/],
      [0, '', /endpoint/],
    ];
    for (const [status, text, says] of REFUSED) {
      it(`${status} ${text}: pusher:subscription_error`, async () => {
        const channel = await asked({});
        const failed = recorder();
        channel.bind('pusher:subscription_error', failed);
        sandbox.request.respond(status, text);
        await sandbox.tick();
        const error = failed.calls[0]?.[0] as Record<string, unknown>;
        assert.propertyVal(error, 'type', 'AuthError');
        assert.match(String(error.error), says);
        assert.equal(error.status, status);
        assert.isFalse(channel.subscriptionPending);
        assert.lengthOf(subscribes(), 0);
      });
    }

    it('what may pass is asked again by itself', async () => {
      await asked({});
      sandbox.request.respond(503);
      await sandbox.tick(1_010);
      assert.lengthOf(sandbox.requests, 2);
      sandbox.request.respond(200, '{"auth":"key:sig"}');
      await sandbox.tick();
      assert.lengthOf(subscribes(), 1);
    });

    it('what was refused is asked again by subscribe', async () => {
      const channel = await asked({});
      sandbox.request.respond(403);
      await sandbox.tick();
      channel.pusher.subscribe('private-a');
      await sandbox.tick();
      assert.lengthOf(sandbox.requests, 2);
    });

    it('no answer at all is an error after 15 seconds', async () => {
      const channel = await asked({});
      const failed = recorder();
      channel.bind('pusher:subscription_error', failed);
      await sandbox.tick(15_010);
      assert.propertyVal(failed.calls[0]?.[0], 'type', 'AuthError');
    });

    it('an answer for a connection that is gone is not sent', async () => {
      await asked({});
      const late = sandbox.request;
      sandbox.socket.end(1006, '', false);
      await sandbox.tick(1_010);
      await sandbox.establish('3.4');
      late.respond(200, '{"auth":"key:late"}');
      await sandbox.tick();
      sandbox.request.respond(200, '{"auth":"key:new"}');
      await sandbox.tick();
      assert.match(sandbox.request.body ?? '', /^socket_id=3\.4&/);
      assert.deepEqual(subscribes().map(({ data }) => (data as { auth: string }).auth), ['key:new']);
    });
  });

  describe('by a handler of one\'s own', () => {
    it('customHandler', async () => {
      const seen: unknown[] = [];
      let answer: Callback = () => undefined;
      await asked({
        channelAuthorization: {
          customHandler: (params: unknown, callback: Callback) => {
            seen.push(params);
            answer = callback;
          },
        },
      });
      assert.deepEqual(seen, [{ socketId: '1.2', channelName: 'private-a' }]);
      assert.lengthOf(sandbox.requests, 0);
      answer(null, { auth: 'key:own', channel_data: '{"user_id":1}' });
      await sandbox.tick();
      assert.deepEqual(subscribes()[0]?.data, { auth: 'key:own', channel_data: '{"user_id":1}', channel: 'private-a' });
    });

    it('customHandler that answers at once', async () => {
      const customHandler = (_: unknown, callback: Callback) => callback(null, { auth: 'key:own' });
      await asked({ channelAuthorization: { customHandler } });
      assert.lengthOf(subscribes(), 1);
    });

    it('authorizer, which is made for each attempt', async () => {
      const made: unknown[][] = [];
      const authorizer = (channel: Channel, options: unknown) => {
        made.push([channel.name, options]);
        return { authorize: (socketId: string, callback: Callback) => callback(null, { auth: `key:${socketId}` }) };
      };
      await asked({ authorizer, authEndpoint: '/mine', auth: { params: { a: '1' } } });
      const [name, options] = made[0] as [string, Record<string, unknown>];
      assert.equal(name, 'private-a');
      assert.deepInclude(options, { authTransport: 'ajax', authEndpoint: '/mine' });
      assert.deepEqual((options.auth as { params: unknown }).params, { a: '1' });
      assert.propertyVal(subscribes()[0]?.data, 'auth', 'key:1.2');
      sandbox.socket.end(1006, '', false);
      await sandbox.tick(1_010);
      await sandbox.establish('3.4');
      assert.lengthOf(made, 2);
      assert.propertyVal(subscribes()[0]?.data, 'auth', 'key:3.4');
    });

    for (const [what, error, says] of [
      ['an Error', new Error('not you'), 'not you'],
      ['a text', 'not you', undefined],
    ] as const) {
      it(`that fails with ${what}`, async () => {
        const failed = recorder();
        let answer: Callback = () => undefined;
        const customHandler = (_: unknown, callback: Callback) => void (answer = callback);
        const channel = await asked({ channelAuthorization: { customHandler } });
        channel.bind('pusher:subscription_error', failed);
        answer(error, null);
        await sandbox.tick();
        const told = failed.calls[0]?.[0] as Record<string, unknown>;
        assert.propertyVal(told, 'type', 'AuthError');
        if (says) assert.include(String(told.error), says);
      });
    }

    it('that throws is an AuthError', async () => {
      const failed = recorder();
      const pusher = sandbox.pusher({
        channelAuthorization: {
          customHandler: () => {
            throw new Error('broken handler');
          },
        },
      });
      pusher.subscribe('private-a').bind('pusher:subscription_error', failed);
      await sandbox.establish();
      assert.propertyVal(failed.calls[0]?.[0], 'type', 'AuthError');
      assert.include(JSON.stringify(failed.calls[0]), 'broken handler');
      assert.equal(pusher.connection.state, 'connected');
    });

    it('that calls back twice counts once', async () => {
      let answer: Callback = () => undefined;
      const customHandler = (_: unknown, callback: Callback) => void (answer = callback);
      await asked({ channelAuthorization: { customHandler } });
      answer(null, { auth: 'key:one' });
      answer(null, { auth: 'key:two' });
      await sandbox.tick();
      assert.deepEqual(subscribes().map(({ data }) => (data as { auth: string }).auth), ['key:one']);
    });
  });

  it('Pusher.authorizers can be replaced and added to', async () => {
    const calls: unknown[] = [];
    Pusher.authorizers.pigeon = function (this: unknown, socketId: string, callback: Callback) {
      calls.push(socketId);
      callback(null, { auth: 'key:pigeon' });
    };
    try {
      await asked({ authTransport: 'pigeon' });
      assert.deepEqual(calls, ['1.2']);
      assert.propertyVal(subscribes()[0]?.data, 'auth', 'key:pigeon');
    } finally {
      delete Pusher.authorizers.pigeon;
    }
  });

  it('the signature is not in the log', async () => {
    sandbox.collectLog();
    await asked({});
    sandbox.request.respond(200, '{"auth":"key:signature"}');
    await sandbox.tick();
    assert.isNotEmpty(sandbox.lines);
    assert.notInclude(sandbox.lines.join('\n'), 'key:signature');
  });
});
