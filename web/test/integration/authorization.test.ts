// Private and presence channels, authorized by a real endpoint, in every way that a platform has.
import { assert } from 'chai';

import { as, config, next, subscribed, uniqueName, useClients } from '../support/services';
import { traits } from '../support/subject';
import type { Options } from '../support/surface';

type Callback = (error: unknown, data: unknown) => void;

async function byFetch(socketId: string, channelName: string, callback: Callback): Promise<void> {
  const body = new URLSearchParams({ socket_id: socketId, channel_name: channelName, user_id: 'ann' });
  const response = await fetch(config.auth, { method: 'POST', body });
  callback(null, await response.json());
}

// name, options; every one of them signs in as ann
const WAYS: [string, Options][] = [
  ['ajax', as('ann')],
  ['ajax, by the older options', { channelAuthorization: undefined, authEndpoint: config?.auth, auth: { params: { user_id: 'ann' } } }],
  [
    'a handler of one\'s own',
    {
      channelAuthorization: {
        customHandler: ({ socketId, channelName }: { socketId: string; channelName: string }, callback: Callback) =>
          void byFetch(socketId, channelName, callback),
      },
    },
  ],
  [
    'an authorizer',
    {
      channelAuthorization: undefined,
      authorizer: ({ name }: { name: string }) => ({
        authorize: (socketId: string, callback: Callback) => void byFetch(socketId, name, callback),
      }),
    },
  ],
  ...(traits.platform === 'page'
    ? ([
        ['jsonp', as('ann', 'jsonp')],
        [
          'jsonp, by the older options',
          { channelAuthorization: undefined, authTransport: 'jsonp', authEndpoint: config?.auth, auth: { params: { user_id: 'ann' } } },
        ],
      ] as [string, Options][])
    : []),
];

describe('authorization by', () => {
  const clients = useClients();

  for (const [name, options] of WAYS) {
    it(`${name}: a private channel`, async () => {
      const channel = await subscribed(clients.make(options), uniqueName('private-a'));
      assert.isTrue(channel.subscribed);
    });

    it(`${name}: a presence channel`, async () => {
      const room = await subscribed(clients.make(options), uniqueName('presence-a'));
      assert.equal(room.members.me?.id, 'ann');
    });
  }

  it('an endpoint that refuses: the reason is told, and the connection is as good as before', async () => {
    const params = { user_id: 'ann', user_info: 'no JSON' };
    const pusher = clients.make({ channelAuthorization: { endpoint: config.auth, transport: 'ajax', params } });
    const channel = pusher.subscribe(uniqueName('presence-a'));
    const [error] = (await next(channel, 'pusher:subscription_error')) as [Record<string, unknown>];
    assert.propertyVal(error, 'type', 'AuthError');
    assert.propertyVal(error, 'status', 400);
    await subscribed(pusher, uniqueName('news'));
  });

  it('an endpoint that is not there', async () => {
    const pusher = clients.make({ channelAuthorization: { endpoint: `${config.site ?? '/'}nothing`, transport: 'ajax' } });
    const channel = pusher.subscribe(uniqueName('private-a'));
    const [error] = (await next(channel, 'pusher:subscription_error')) as [Record<string, unknown>];
    assert.propertyVal(error, 'type', 'AuthError');
    assert.propertyVal(error, 'status', 404);
  });

  it('a signature that is wrong is refused by the server', async () => {
    const customHandler = (_: unknown, callback: Callback) => callback(null, { auth: `${config.key}:${'0'.repeat(64)}` });
    const pusher = clients.make({ channelAuthorization: { customHandler } });
    const channel = pusher.subscribe(uniqueName('private-a'));
    const [error] = (await next(channel, 'pusher:subscription_error')) as [Record<string, unknown>];
    assert.propertyVal(error, 'status', 401);
    await subscribed(pusher, uniqueName('news'));
  });
});
