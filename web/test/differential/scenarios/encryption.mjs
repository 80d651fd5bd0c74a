// Encrypted channels, and what else is peculiar to the files with encryption (statements 82, 84, 85, 99, 103).
import { scenario } from '../scenario.mjs';
import { sealed, secret } from '../secrets.mjs';
import { same } from '../tester.mjs';

const NAME = 'private-encrypted-x';
const SETTINGS = { encryption: true };
const ERROR = 'pusher:subscription_error';
const label = (event, name = NAME) => `channel ${name} ${event}`;

const TEXTS = ['plain text', '{"a":', '"quoted"', '7', 'null', 'false', '', '0', ' {"b": 1} ', '💧 ü'];

const authorize = (t, more = { shared_secret: secret() }) => t.server.authorize(undefined, more);

// Subscribed; "news" is bound.
async function encrypted(t, { name = NAME, bind = ['news'], options = {} } = {}) {
  await t.connected({ cluster: 'eu', ...options });
  const channel = await t.subscribe(name, { bind });
  await authorize(t);
  await t.succeed(name);
  return channel;
}

const event = (t, data, { name = 'news', channel = NAME, ...more } = {}) => t.message(name, data, channel, more);

const own = (name, play) => scenario([], name, SETTINGS, play);

export default [
  scenario([85], 'events', SETTINGS, async (t) => {
    await encrypted(t, { bind: ['news', 'other'] });
    t.fact(
      'the secret is not told',
      t.frames[0] === `{"event":"pusher:subscribe","data":{"auth":"KEY:signature","channel":"${NAME}"}}`,
    );
    await event(t, sealed('{"a":[1,"ä",null]}'));
    t.fact('parsed, and nothing else', same(t.heard(label('news')), [[{ a: [1, 'ä', null] }]]));
    for (const [number, text] of TEXTS.entries()) {
      t.step(`the text ${text}`);
      await event(t, sealed(text, { number }), { name: 'other' });
    }
    t.fact('a text', same(t.heard(label('other'))[0], ['plain text']));
    t.fact('a number', same(t.heard(label('other'))[3], [7]));
  }),

  own('events for other handlers', async (t) => {
    await encrypted(t);
    t.bind(t.client, 'news', { label: 'pusher news' });
    const data = sealed('{"a":1}');
    await event(t, data, { user_id: 'u1' });
    const [[first, ...others]] = t.heard('pusher news');
    t.fact('sealed as it came', first.ciphertext === data.ciphertext && others.length === 0);
    await event(t, data, { channel: 'private-encrypted-unknown' });
    await event(t, { clear: true }, { channel: 'private-x' });
  }),

  own('events of the service', async (t) => {
    await encrypted(t, { bind: ['pusher:odd', 'pusher:cache_miss'] });
    await event(t, { a: 1 }, { name: 'pusher:odd' });
    await event(t, {}, { name: 'pusher:cache_miss' });
    await event(t, { subscription_count: 3 }, { name: 'pusher_internal:subscription_count' });
    await event(t, { a: 1 }, { name: 'pusher_internal:odd' });
    t.fact('in clear', same(t.heard(label('pusher:odd'))[0]?.[0], { a: 1 }));
  }),

  own('a cache channel', async (t) => {
    const name = 'private-encrypted-cache-x';
    await encrypted(t, { name, bind: ['news', 'pusher:cache_miss'] });
    await event(t, {}, { name: 'pusher:cache_miss', channel: name });
    await event(t, sealed('"cached"'), { channel: name });
    t.fact('a miss', t.heard(label('pusher:cache_miss', name)).length === 1);
    t.fact('an event', same(t.heard(label('news', name)), [['cached']]));
  }),

  scenario([84], 'an authorization without a secret', SETTINGS, async (t) => {
    await t.connected();
    const channel = await t.subscribe(NAME, { bind: [ERROR] });
    await authorize(t, {});
    t.fact(
      'error',
      same(t.heard(label(ERROR)), [
        [{ error: `No shared_secret key in auth payload for encrypted channel: ${NAME}`, type: 'AuthError' }],
      ]),
    );
    t.fact('no subscription', t.frames.length === 0 && !channel.subscriptionPending);
    t.step('again');
    await t.subscribe(NAME);
    await authorize(t);
    t.fact('subscribed', t.frames.length === 1);
  }),

  ...[
    ['empty', ''],
    ['of 31 bytes', `${secret().slice(0, 40)}AA==`],
    ['of no base64', '!'.repeat(44)],
    ['that is a number', 7],
  ].map(([what, value]) =>
    own(`a secret ${what}`, async (t) => {
      await t.connected();
      await t.subscribe(NAME, { bind: [ERROR, 'news'] });
      t.step('answer');
      await authorize(t, { shared_secret: value });
      await t.succeed(NAME);
      await event(t, sealed('1'));
      t.fact('no event', t.heard(label('news')).length === 0);
    }),
  ),

  scenario([84], 'an event that cannot be opened', SETTINGS, async (t) => {
    await encrypted(t, { bind: ['news', ERROR] });
    await event(t, sealed('{"a":1}', { generation: 2 }));
    t.fact('one request', t.requests.length === 2 && t.request.body.includes(NAME));
    await authorize(t);
    t.fact('no event', t.heard(label('news')).length === 0 && t.requests.length === 2 && t.frames.length === 1);
    await event(t, sealed('{"a":2}'));
    t.fact('the next one', same(t.heard(label('news')), [[{ a: 2 }]]));
    await event(t, sealed('{"a":3}', { generation: 2 }));
    t.fact('asked again', t.requests.length === 3);
  }),

  scenario([84], 'another key', SETTINGS, async (t) => {
    await encrypted(t, { bind: ['news', ERROR] });
    await event(t, sealed('{"a":1}', { generation: 2 }));
    await authorize(t, { shared_secret: secret(2) });
    t.fact('the event', same(t.heard(label('news')), [[{ a: 1 }]]) && t.frames.length === 1);
    await event(t, sealed('{"a":2}', { generation: 2, number: 2 }));
    t.fact('the next one', t.heard(label('news')).length === 2 && t.requests.length === 2);
    await event(t, sealed('{"a":3}'));
    t.fact('the old key', t.requests.length === 3);
  }),

  own('another key, and events while it is asked for', async (t) => {
    await encrypted(t);
    await event(t, sealed('1', { generation: 2 }));
    t.step('meanwhile');
    await event(t, sealed('2', { generation: 2 }));
    await event(t, sealed('3', { generation: 2 }));
    t.fact('a request for each', t.requests.length === 4);
    t.instead('one request', t.requests.length === 2);
    for (const request of t.requests.slice(1)) {
      await t.server.authorize(request, { shared_secret: secret(2) });
    }
    t.fact('all of them', same(t.heard(label('news')), [[1], [2], [3]]));
    t.instead('in order', same(t.heard(label('news')), [[1], [2], [3]]));
  }),

  ...[
    ['refused', (t) => t.network(() => t.request.respond(403, 'no'))],
    ['lost', (t) => t.network(() => t.request.fail())],
    ['without a secret', (t) => authorize(t, {})],
    ['no JSON', (t) => t.network(() => t.request.respond(200, 'no'))],
  ].map(([what, answer]) =>
    own(`another key, and its authorization is ${what}`, async (t) => {
      const channel = await encrypted(t, { bind: ['news', ERROR] });
      await event(t, sealed('1', { generation: 2 }));
      t.step('answer');
      await answer(t);
      t.fact('no event', t.heard(label('news')).length === 0 && channel.subscribed);
      t.step('afterwards');
      await event(t, sealed('2', { number: 2 }));
      t.fact('the old key', same(t.heard(label('news')), [[2]]));
    }),
  ),

  ...[
    ['no nonce', { ciphertext: sealed('1').ciphertext }],
    ['no ciphertext', { nonce: sealed('1').nonce }],
    ['a short nonce', { ...sealed('1'), nonce: 'AAAA' }],
    ['a nonce that is too long', { ...sealed('1'), nonce: `${sealed('1').nonce}AAAA` }],
    ['a short ciphertext', { ...sealed('1'), ciphertext: 'AAAA' }],
    ['a ciphertext that is no base64', { ...sealed('1'), ciphertext: '*'.repeat(32) }],
    ['members that are numbers', { nonce: 7, ciphertext: 8 }],
    ['data that is a text', 'text'],
    ['data that is a number', 7],
    ['data that is a list', []],
    ['data that is null', null],
    ['no data', undefined],
  ].map(([what, data]) =>
    own(`an event with ${what}`, async (t) => {
      await encrypted(t, { bind: ['news', ERROR] });
      t.step('event');
      await event(t, data);
      t.fact('no event', t.heard(label('news')).length === 0);
      t.step('afterwards');
      await event(t, sealed('2'));
      t.fact('the next one', same(t.heard(label('news')), [[2]]));
    }),
  ),

  own('an event before there is a key', async (t) => {
    await t.connected();
    await t.subscribe(NAME, { bind: ['news'] });
    await event(t, sealed('1'));
    t.fact('nothing', t.heard(label('news')).length === 0 && t.requests.length === 1);
    await authorize(t);
    await event(t, sealed('2'));
    t.fact('with a key', same(t.heard(label('news')), [[2]]));
  }),

  own('a box that holds no UTF-8', async (t) => {
    await encrypted(t);
    t.step('event');
    await event(t, sealed([0x22, 0xff, 0xfe, 0x22]));
    t.fact('an exception', t.escaped.length === 1 && t.requests.length === 1);
    t.instead('a new key is asked for', t.heard(label('news')).length === 0 && t.requests.length === 2);
  }),

  own('an event on a new connection before its authorization', async (t) => {
    await encrypted(t);
    await t.wait(5000);
    await t.drop();
    await t.wait(1000);
    await t.accept({ id: '9.9' });
    t.step('event');
    await event(t, sealed('1'));
    t.fact('the old key', same(t.heard(label('news')), [[1]]));
    t.instead('no key', t.heard(label('news')).length === 0 && t.requests.length === 2);
  }),

  own('a new connection', async (t) => {
    await encrypted(t);
    await event(t, sealed('1'));
    await t.wait(5000);
    await t.drop();
    await t.wait(1000);
    await t.accept({ id: '9.9' });
    t.fact('authorized anew', t.requests.length === 2);
    await authorize(t, { shared_secret: secret(2) });
    await t.succeed(NAME);
    await event(t, sealed('2', { generation: 2 }));
    t.fact('the new key', same(t.heard(label('news')), [[1], [2]]));
  }),

  scenario([82], 'a client event', SETTINGS, async (t) => {
    const channel = await encrypted(t);
    for (const name of ['client-x', 'x']) {
      await t.call(name, () => channel.trigger(name, {}));
      t.fact(`${name} is refused`, t.returned(name).threw !== undefined && t.frames.length === 1);
    }
  }),

  own('customHandler', async (t) => {
    const customHandler = ({ channelName }, done) =>
      done(null, { auth: `KEY:${channelName}`, shared_secret: secret() });
    const channelAuthorization = { customHandler, endpoint: '/a', transport: 'ajax' };
    await t.connected({ cluster: 'eu', channelAuthorization });
    await t.subscribe(NAME, { bind: ['news'] });
    t.fact('without the secret', t.frames.length === 1 && !t.frames[0].includes(secret()));
    await t.succeed(NAME);
    await event(t, sealed('1'));
    t.fact('event', same(t.heard(label('news')), [[1]]));
  }),

  own('unsubscribe while a new key is asked for', async (t) => {
    await encrypted(t);
    await event(t, sealed('1', { generation: 2 }));
    t.step('leave');
    await t.unsubscribe(NAME);
    t.fact('left', t.frames.at(-1).includes('pusher:unsubscribe'));
    t.step('answer');
    await authorize(t, { shared_secret: secret(2) });
    t.fact('it hears of it', same(t.heard(label('news')), [[1]]));
    t.instead('it does not', t.heard(label('news')).length === 0);
  }),

  scenario([99], 'logToConsole after the construction', { ...SETTINGS, log: false }, async (t) => {
    await t.create();
    t.Pusher.logToConsole = true;
    t.step('late');
    await t.accept();
    const lines = () => t.trace.of('console').length;
    t.fact('nothing is logged', lines() === 0);
    t.instead('it is', lines() > 0);
    t.step('another client');
    await t.create();
    await t.subscribe('news');
    t.fact('now all is', lines() > 0);
  }),

  scenario([103], 'the file in a bundler', { ...SETTINGS, module: true }, async (t) => {
    await t.call('the same class', () => t.page.window.Pusher === t.Pusher);
    t.fact('window has another class', t.returned('the same class').value === false);
    t.instead('it has the same', t.returned('the same class').value === true);
  }),

  scenario([3], 'neither key nor options', SETTINGS, async (t) => {
    await t.create(undefined, undefined, {});
    t.fact('options first', t.returned('new Pusher').threw === 'You must pass an options object');
  }),
];
