// Messages in and out (statements 60 to 65).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const STRINGS = [
  '123',
  'true',
  'false',
  'null',
  '0',
  '',
  'abc',
  '"abc"',
  '{"a":1}',
  '[1,2]',
  '-1.5e3',
  '1e999',
  ' 7 ',
  '{"a":',
  '012',
  'NaN',
  '{"__proto__":{"x":1}}',
  '"\\u0000\\ud83d\\ude00"',
  '12345678901234567890',
  '{"a":1,"a":2}',
];
const RAW = [
  '123',
  'true',
  'false',
  'null',
  '0',
  '""',
  '{"a":1}',
  '[1,[2,{"b":null}]]',
  '"\\u20ac"',
  '1.0',
  '-0',
];

const heard = (t, label) => t.heard(label);

async function listening(t) {
  const client = await t.connected();
  const channel = await t.subscribe('news', { bind: ['x'] });
  await t.succeed('news');
  t.bind(client, 'x');
  return { client, channel };
}

export default [
  scenario([60, 61], 'data that is a string', async (t) => {
    await listening(t);
    for (const text of STRINGS) {
      t.step(`data ${JSON.stringify(text)}`);
      await t.raw(JSON.stringify({ event: 'x', channel: 'news', data: text }));
    }
    const data = heard(t, 'channel news x').map(([value]) => value);
    t.fact('parsed', same(data.slice(0, 7), [123, true, false, null, 0, '', 'abc']));
    t.fact('falsy data vanish on the client', same(heard(t, 'pusher x')[2], []));
    t.fact('and come to a channel with two', same(heard(t, 'channel news x')[2], [false, {}]));
  }),

  scenario([60, 61], 'data that is not a string', async (t) => {
    await listening(t);
    for (const json of RAW) {
      t.step(`data ${json}`);
      await t.raw(`{"event":"x","channel":"news","data":${json}}`);
    }
    t.step('no data');
    await t.raw('{"event":"x","channel":"news"}');
    t.fact('undefined', same(heard(t, 'channel news x').at(-1), ['<undefined>', {}]));
  }),

  scenario([62], 'events of channels that are not subscribed', async (t) => {
    await listening(t);
    await t.message('x', { a: 1 }, 'other');
    await t.message('x', { a: 1 });
    await t.message('pusher_internal:odd', { a: 1 }, 'other');
    await t.message('pusher_internal:subscription_succeeded', {}, 'other');
    t.fact('the client gets them', heard(t, 'pusher x').length === 2);
    t.fact('internal ones only the connection', heard(t, 'connection message').length === 5);
  }),

  scenario([63], 'members of a message that nobody knows', async (t) => {
    await listening(t);
    await t.raw('{"event":"x","channel":"news","data":"1","user_id":"7","id":"3","more":{"a":1}}');
    const [message] = heard(t, 'connection message').at(-1);
    t.fact('dropped', same(Object.keys(message), ['channel', 'data', 'event', 'user_id']));
    for (const id of ['""', '0', '7', 'null', '{"a":1}']) {
      t.step(`user_id ${id}`);
      await t.raw(`{"event":"x","channel":"news","data":"1","user_id":${id}}`);
    }
  }),

  ...['nonsense', '{', '', 'null', '{"event":"x"', '{"event":"x"}}'].map((text) =>
    scenario([64], `a message ${JSON.stringify(text)}`, async (t) => {
      await listening(t);
      await t.raw(text);
      const [error] = heard(t, 'connection error')[0] ?? [];
      t.fact(
        'MessageParseError',
        error?.type === 'MessageParseError' && error.error.type === 'MessageParseError',
      );
      await t.message('x', 1, 'news');
      t.fact('it stays', heard(t, 'channel news x').length === 1);
    }),
  ),

  ...[
    '{"data":"1","channel":"news"}',
    '{}',
    '[]',
    '1',
    '"text"',
    '{"event":null}',
    '{"event":7,"channel":"news"}',
  ].map((text) =>
    scenario([64], `a message without an event ${text}`, async (t) => {
      await listening(t);
      await t.raw(text);
      t.fact('an exception escapes', t.escaped.length === 1);
      await t.message('x', 1, 'news');
      t.fact('it stays', heard(t, 'channel news x').length === 1);
    }),
  ),

  scenario([65], 'send_event', async (t) => {
    const client = await t.create();
    await t.call('before', () => client.send_event('x', { a: 1 }, 'news'));
    t.fact('false', t.returned('before').value === false);
    await t.accept();
    let frames;
    await t.call('connected', () => {
      const result = client.send_event('x', { a: 1 }, 'news');
      frames = t.frames.length;
      return result;
    });
    t.fact('true', t.returned('connected').value === true);
    t.fact('a timer later', frames === 0 && t.frames.length === 1);
    for (const data of [
      undefined,
      null,
      0,
      '',
      false,
      'text',
      [1],
      { a: undefined, b: null },
      '\u2028€😀"\\/',
    ]) {
      t.step(`data ${JSON.stringify(data)}`);
      await t.call('send', () => client.send_event('x', data));
      await t.call('send', () => client.send_event('x', data, 'c'));
    }
    t.step('odd names');
    await t.call('send', () => client.send_event('', {}, ''));
    await t.call('send', () => client.send_event('pusher:x', {}, 'no such'));
    await t.call('send', () => client.connection.send_event('x', { a: 1 }, 'news'));
    await t.call('send', () => client.connection.send('raw text'));
    t.fact('raw', t.frames.at(-1) === 'raw text');
  }),

  scenario([65], 'frames keep their order', async (t) => {
    const client = await t.connected();
    await t.call('many', () => {
      for (let count = 0; count < 20; count += 1) {
        client.send_event('x', count, 'news');
      }
    });
    t.fact(
      'in order',
      t.frames.every((text, index) => text.includes(`"data":${index},`)) && t.frames.length === 20,
    );
  }),

  scenario([65], 'data with toJSON, dates, cycles', async (t) => {
    const client = await t.connected();
    await t.call('date', () => client.send_event('x', { at: new Date(0) }));
    await t.call('toJSON', () => client.send_event('x', { toJSON: () => 'mine' }));
    await t.call('numbers', () => client.send_event('x', [NaN, Infinity, -0, 1e21, 1e-7, 0.1 + 0.2]));
    await t.call('function', () => client.send_event('x', () => 1));
    t.fact('dropped', t.frames.at(-1) === '{"event":"x"}');
  }),
];
