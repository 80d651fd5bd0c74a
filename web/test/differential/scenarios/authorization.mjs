// Authorization over XHR, script tags and programs of the application (statements 74 to 76).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const ERROR = 'pusher:subscription_error';
const errors = (t, name = 'private-x') => t.heard(`channel ${name} ${ERROR}`).map(([error]) => error);
const private_ = async (t, options = {}, name = 'private-x') => {
  await t.connected({ cluster: 'eu', ...options });
  return t.subscribe(name, { bind: [ERROR, 'pusher:subscription_succeeded'] });
};

export default [
  scenario([75], 'the request', async (t) => {
    await private_(t, {}, 'private-q@x');
    t.fact('body', t.request.body === 'socket_id=123.456&channel_name=private-q%40x');
    t.fact('head', same(t.request.headers, ['Content-Type: application/x-www-form-urlencoded']));
    t.fact('URL', t.request.method === 'POST' && t.request.url === '/pusher/auth');
    await t.network(() => t.request.respond(200, '{"auth":"KEY:s","channel_data":"{}","more":1}'));
    t.fact(
      'channel_data goes with it',
      t.frames[0] ===
        '{"event":"pusher:subscribe","data":{"auth":"KEY:s","channel_data":"{}","channel":"private-q@x"}}',
    );
  }),

  scenario([75], 'parameters and headers', async (t) => {
    const channelAuthorization = {
      endpoint: 'https://auth.example/a?b=c',
      transport: 'ajax',
      params: { a: 'b c', 'ü&': '1+1=2', n: 7, nothing: null, un: undefined, flag: false },
      headers: { 'X-One': '1', 'X-Two': 'two' },
      paramsProvider: () => ({ later: 'p', a: 'again' }),
      headersProvider: () => ({ 'X-Later': 'h', 'X-One': 'again' }),
    };
    await private_(t, { channelAuthorization });
    t.fact(
      'order',
      t.request.body.startsWith('socket_id=123.456&channel_name=private-x&a=b%20c&%C3%BC%26=1%2B1%3D2&n=7'),
    );
    t.fact('providers', t.request.body.endsWith('&later=p&a=again') || t.request.body.endsWith('later=p'));
    await t.server.authorize();
  }),

  scenario([75], 'the old options', async (t) => {
    await private_(t, { authEndpoint: '/old', auth: { params: { a: 1 }, headers: { B: '2' } } });
    t.fact('body', t.request.body === 'socket_id=123.456&channel_name=private-x&a=1');
    t.fact('headers', t.request.headers[1] === 'B: 2' && t.request.url === '/old');
    await t.server.authorize();
    await t.succeed('private-x');
  }),

  ...[201, 204, 302, 400, 401, 403, 404].map((status) =>
    scenario([74], `status ${status}`, async (t) => {
      const channel = await private_(t);
      await t.network(() => t.request.respond(status, '{"auth":"KEY:s"}'));
      const [error] = errors(t);
      t.fact('error', error?.type === 'AuthError' && error.status === status);
      t.fact(
        'sentence',
        error.error.startsWith(
          'Unable to retrieve auth string from channel-authorization endpoint - ' +
            `received status: ${status} from /pusher/auth. Clients must be authorized to join private or presence channels.`,
        ),
      );
      t.fact('not pending', channel.subscriptionPending === false && t.frames.length === 0);
      t.step('again');
      await t.subscribe('private-x');
      t.fact('asked again', t.requests.length === 2);
      await t.server.authorize();
    }),
  ),

  ...[500, 502, 503].map((status) =>
    scenario([74], `status ${status}`, async (t) => {
      await private_(t);
      await t.network(() => t.request.respond(status, 'down'));
      t.fact('error', errors(t)[0]?.type === 'AuthError' && errors(t)[0].status === status);
      t.step('later');
      await t.wait(60000);
      t.fact('once only', t.requests.length === 1);
      t.instead('asked again', t.requests.length > 1);
    }),
  ),

  scenario([74], 'no answer', async (t) => {
    await private_(t);
    await t.network(() => t.request.fail());
    t.fact('status 0', errors(t)[0]?.type === 'AuthError' && errors(t)[0].status === 0);
    t.step('later');
    await t.wait(60000);
    t.fact('once only', t.requests.length === 1);
    t.instead('asked again', t.requests.length > 1);
  }),

  scenario([74], 'an answer that is not JSON', async (t) => {
    await private_(t);
    await t.network(() => t.request.respond(200, '<html>'));
    t.fact(
      'error',
      same(errors(t), [
        {
          error:
            'JSON returned from channel-authorization endpoint was invalid, yet status code was 200. Data was: <html>',
          status: 200,
          type: 'AuthError',
        },
      ]),
    );
  }),

  ...['{}', '[]', '7', 'null', '{"auth":""}', '{"auth":7}', '{"auth":null}'].map((text) =>
    scenario([74], `an answer ${text}`, async (t) => {
      await private_(t);
      t.step('answer');
      await t.network(() => t.request.respond(200, text));
      t.fact('it is not detected', errors(t).length === 0);
      t.instead(
        'it is',
        errors(t)[0]?.type === 'AuthError' && errors(t)[0].status === 200 && t.frames.length === 0,
      );
    }),
  ),

  scenario([74], 'an endpoint that does not answer', async (t) => {
    await private_(t);
    await t.wait(14999);
    t.fact('it waits', t.request.waiting);
    t.step('late');
    await t.wait(60000);
    t.fact('for ever', t.request.waiting);
    t.instead('it does not', errors(t)[0]?.type === 'AuthError' && t.requests.length > 1);
  }),

  scenario([76], 'script tags', async (t) => {
    await private_(t, { authTransport: 'jsonp', auth: { params: { a: 'b c' } } });
    t.fact(
      'URL',
      t.script.src ===
        "/pusher/auth?callback=Pusher.auth_callbacks%5B'1'%5D&socket_id=123.456&channel_name=private-x&a=b%20c",
    );
    t.fact('first in the head', t.trace.of('script')[0].what.at === 'head[0]');
    await t.network(() => t.script.execute(`Pusher.auth_callbacks['1']({"auth":"KEY:s"})`));
    t.fact(
      'sent',
      t.frames[0] === '{"event":"pusher:subscribe","data":{"auth":"KEY:s","channel":"private-x"}}',
    );
    await t.subscribe('presence-y');
    t.fact('the next number', t.script.src.includes("%5B'2'%5D"));
    await t.network(() =>
      t.script.execute(`Pusher.auth_callbacks['2']({"auth":"KEY:s","channel_data":"{\\"user_id\\":1}"})`),
    );
  }),

  scenario([76], 'script tags with an endpoint that has a query', async (t) => {
    await private_(t, { channelAuthorization: { endpoint: '/auth?a=b', transport: 'jsonp' } });
    t.fact('a second question mark', t.script.src.startsWith('/auth?a=b?callback='));
  }),

  scenario([76], 'script tags with headers', async (t) => {
    const channelAuthorization = { endpoint: '/auth', transport: 'jsonp', headers: { A: '1' } };
    await private_(t, { channelAuthorization });
    t.fact(
      'a warning',
      t.logs.some((line) =>
        line.includes(
          'To send headers with the channel-authorization request, you must use AJAX, rather than JSONP.',
        ),
      ),
    );
    t.fact('the request is made', t.page.scripts.length === 1);
  }),

  scenario([76], 'a script tag that fails', async (t) => {
    await private_(t, { authTransport: 'jsonp' });
    t.step('it fails');
    await t.network(() => t.script.break());
    t.fact('nothing', errors(t).length === 0);
    t.instead('an error', errors(t)[0]?.type === 'AuthError');
    await t.wait(60000);
    t.fact('for ever', errors(t).length === 0);
    t.instead('asked again', t.page.scripts.length > 1);
  }),

  scenario([12], 'customHandler', async (t) => {
    const calls = [];
    const customHandler = (params, done) => {
      t.trace.add('event', { handler: 'customHandler', args: [params] });
      calls.push(done);
    };
    const channel = await private_(t, {
      channelAuthorization: { endpoint: '/a', transport: 'ajax', customHandler },
    });
    t.fact('asked', same(t.heard('customHandler'), [[{ channelName: 'private-x', socketId: '123.456' }]]));
    t.fact('no request', t.requests.length === 0);
    await t.call('answer', () => calls[0](new Error('mine'), null));
    t.fact('error', same(errors(t), [{ error: 'mine', type: 'AuthError' }]) && !channel.subscriptionPending);
    t.step('again');
    await t.subscribe('private-x');
    await t.call('answer', () => calls[1](null, { auth: 'KEY:mine' }));
    t.fact(
      'sent',
      t.frames[0] === '{"event":"pusher:subscribe","data":{"auth":"KEY:mine","channel":"private-x"}}',
    );
    t.step('twice');
    await t.call('answer', () => calls[1](null, { auth: 'KEY:mine' }));
  }),

  scenario([12], 'a customHandler whose error is a string', async (t) => {
    const customHandler = (_, done) => done('text', null);
    await private_(t, { channelAuthorization: { endpoint: '/a', transport: 'ajax', customHandler } });
    t.fact('what comes', t.trace.of('log').length > 0);
  }),

  scenario([12], 'an authorizer that answers at once and later', async (t) => {
    const authorizer = (channel) => ({
      authorize: (id, done) =>
        channel.name === 'private-now'
          ? done(null, { auth: `KEY:${id}` })
          : t.page.clock.set(() => done(null, { auth: 'KEY:later' }), 500),
    });
    await t.connected({ cluster: 'eu', authorizer });
    await t.subscribe('private-now');
    await t.subscribe('private-later');
    t.fact('one', t.frames.length === 1);
    await t.wait(500);
    t.fact('two', t.frames.length === 2);
  }),

  scenario([], 'several channels are authorized in any order', async (t) => {
    await t.create();
    for (const name of ['private-a', 'public', 'presence-b', 'private-c']) {
      await t.subscribe(name, { bind: [ERROR] });
    }
    await t.accept();
    t.fact('requests', t.requests.length === 3 && t.frames.length === 1);
    await t.server.authorize(t.requests[2]);
    await t.server.authorize(t.requests[1], { channel_data: '{"user_id":"u"}' });
    await t.server.authorize(t.requests[0]);
    const names = t.frames.map((text) => JSON.parse(text).data.channel);
    t.fact('order', same(names, ['public', 'private-c', 'presence-b', 'private-a']));
  }),

  scenario([], 'createXHR is replaced', async (t) => {
    const { Runtime } = t.Pusher;
    const original = Runtime.createXHR.bind(Runtime);
    Runtime.createXHR = () => {
      const xhr = original();
      xhr.withCredentials = true;
      return xhr;
    };
    await private_(t);
    t.fact('it is called', t.request.withCredentials === true);
    await t.server.authorize();
  }),
];
