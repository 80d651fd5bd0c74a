// Log lines and statistics (statements 97, 98, 100).
import { scenario } from '../scenario.mjs';

const SILENT = { log: false };
const printed = (t) => t.trace.of('console');

async function tour(t, options = { cluster: 'eu' }) {
  const client = await t.connected(options);
  const channel = await t.subscribe('news');
  await t.succeed('news');
  await t.message('unheard', { a: 1 }, 'news');
  await t.subscribe('private-x');
  await t.network(() => t.request.respond(403, 'no'));
  await t.call('trigger', () => channel.trigger('client-x', {}));
  await t.raw('nonsense');
  await t.wait(3000);
  await t.drop(4201, 'again', true);
  await t.wait(1000);
  return client;
}

export default [
  scenario([97], 'the lines', async (t) => {
    await tour(t);
    t.fact('form', t.logs[0] === 'Pusher :  : ["State changed","initialized -> connecting"]');
    t.fact(
      'socket id',
      t.logs.includes('Pusher :  : ["State changed","connecting -> connected with new socket ID 123.456"]'),
    );
    t.fact('No callbacks', t.logs.includes('Pusher :  : ["No callbacks on news for unheard"]'));
  }),

  scenario([98], 'nothing is printed', SILENT, async (t) => {
    await tour(t);
    t.fact('silence', printed(t).length === 0);
  }),

  scenario([98], 'logToConsole', SILENT, async (t) => {
    t.Pusher.logToConsole = true;
    await tour(t);
    const levels = new Set(printed(t).map((entry) => entry.what.level));
    t.fact('levels', levels.has('log') && levels.has('warn') && levels.has('error'));
    t.step('off');
    t.Pusher.logToConsole = false;
    const lines = printed(t).length;
    await t.wait(30000);
    t.fact('off', printed(t).length === lines);
  }),

  scenario([98], 'log and logToConsole', async (t) => {
    t.Pusher.logToConsole = true;
    await tour(t);
    t.fact('only the log', printed(t).length === 0 && t.logs.length > 0);
  }),

  scenario([97], 'values in lines', async (t) => {
    const client = await t.connected();
    await t.call('send', () =>
      client.send_event('x', { text: 'a"b\\c\u2028€', nothing: null, list: [1, 'two'] }, 'news'),
    );
    await t.message('y', { deep: { deeper: [{}] } }, 'news');
    await t.raw('{"event":"z","data":"not json"}');
    t.fact(
      'lines',
      t.logs.some((line) => line.includes('["Event sent",{"event":"x"')),
    );
  }),

  ...[undefined, false].map((forceTLS) =>
    scenario([100], `statistics${forceTLS === false ? ' without TLS' : ''}`, async (t) => {
      const options = { cluster: 'eu', enableStats: true, forceTLS, timelineParams: { extra: 'ü' } };
      const client = await t.create('KEY', options);
      await t.wait(250);
      await t.accept();
      t.fact(
        'a script tag',
        t.script.src.startsWith(
          `http${forceTLS === false ? '' : 's'}://stats.pusher.com/timeline/v2/jsonp/1?session=`,
        ),
      );
      await t.network(() => t.script.execute('Pusher.ScriptReceivers[1](null, {"host":"stats2.example"})'));
      await t.wait(60000);
      t.step('second');
      await t.wait(5000);
      await t.drop();
      await t.wait(1000);
      await t.accept();
      t.fact('to the other host', t.page.scripts.length >= 2 && t.script.src.includes('stats2.example'));
      await t.network(() => t.script.execute('Pusher.ScriptReceivers[2](null, {})'));
      await t.call('disconnect', () => client.disconnect());
      await t.wait(120000);
    }),
  ),

  scenario([100], 'statistics whose script fails', async (t) => {
    await t.connected({ cluster: 'eu', enableStats: true });
    await t.network(() => t.script.break());
    await t.wait(60000);
    t.fact('it harms nothing', t.client.connection.state === 'connected');
  }),

  scenario([100], 'statistics of wss beside ws', async (t) => {
    await t.create('KEY', { cluster: 'eu', enableStats: true, forceTLS: false });
    await t.wait(2500);
    await t.accept();
    const timeline = /[?&]timeline=([^&]*)/.exec(t.script.src)[1];
    const text = Buffer.from(decodeURIComponent(timeline), 'base64').toString();
    t.fact('wsss', text.includes('"transport":"ws"') && text.includes('"transport":"wsss"'));
  }),
];
