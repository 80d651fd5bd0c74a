// Binding and dispatching (statements 89 to 96).
import { scenario } from '../scenario.mjs';
import { same } from '../tester.mjs';

const boom = () => {
  throw new Error('boom');
};
const calls = (t) =>
  t.trace
    .of('event')
    .map((entry) => entry.what.handler)
    .filter((label) => label.length === 1);

// The same for each kind of emitter: how to get one, and how to make it dispatch `x`.
const EMITTERS = {
  client: (t) => ({ target: t.client, fire: (event = 'x') => t.message(event, 1) }),
  channel: (t) => ({ target: t.client.channel('news'), fire: (event = 'x') => t.message(event, 1, 'news') }),
  connection: (t) => ({
    target: t.client.connection,
    fire: (event = 'x') => t.call('emit', () => void t.client.connection.emit(event, 1)),
  }),
};

const each = (statements, name, play, kinds = Object.keys(EMITTERS)) =>
  kinds
    .map((kind) => [kind, EMITTERS[kind]])
    .map(([kind, make]) =>
      scenario(statements, `${name} (${kind})`, async (t) => {
        const client = await t.create('KEY', { cluster: 'eu' }, { watch: false });
        await t.accept();
        const channel = t.attempt('subscribe', () => {
          const made = client.subscribe('news');
          t.known(made);
          return made;
        });
        await t.settle();
        await t.succeed(channel.name);
        await play(t, make(t));
      }),
    );

export default [
  ...each([89], 'what unbind leaves', async (t, { target, fire }) => {
    t.bind(target, 'x', { label: 'a' });
    const global = t.bindGlobal(target, { label: 'g' });
    await t.call('unbind', () => target.unbind());
    t.fact('chainable', t.returned('unbind').value === t.trace.plain(target));
    await fire();
    t.fact('globals stay', same(calls(t), ['g']));
    await t.call('unbind_global', () => target.unbind_global(() => {}));
    await fire();
    await t.call('unbind_global', () => target.unbind_global(global));
    await fire();
    t.fact('gone', same(calls(t), ['g', 'g']));
    t.bind(target, 'x', { label: 'a' });
    t.bindGlobal(target, { label: 'g' });
    await t.call('unbind_all', () => target.unbind_all());
    await fire();
    t.fact('both gone', calls(t).length === 2);
  }),

  ...each([90], 'unbind of an empty name', async (t, { target, fire }) => {
    t.bind(target, 'x', { label: 'a' });
    t.bind(target, '', { label: 'b' });
    await t.call('unbind', () => target.unbind(''));
    await fire();
    t.fact('all gone', calls(t).length === 0);
  }),

  ...[
    ['event', (u, f, c) => u('x')],
    ['event and handler', (u, f, c) => u('x', f)],
    ['event and context', (u, f, c) => u('x', null, c)],
    ['all three', (u, f, c) => u('x', f, c)],
    ['handler', (u, f, c) => u(null, f)],
    ['handler, undefined', (u, f, c) => u(undefined, f)],
    ['context', (u, f, c) => u(null, null, c)],
    ['handler and context', (u, f, c) => u(null, f, c)],
    ['another event', (u, f, c) => u('z')],
    ['another handler', (u, f, c) => u('x', () => {})],
    ['another context', (u, f, c) => u('x', f, {})],
  ].flatMap(([name, unbind]) =>
    each([91], `unbind by ${name}`, async (t, { target, fire }) => {
      const context = { mine: true };
      t.trace.name(context, 'context');
      const shared = t.handler('f');
      target.bind('x', shared);
      target.bind('x', shared, context);
      target.bind('y', shared, context);
      t.bind(target, 'x', { label: 'a' });
      t.bind(target, 'x', { label: 'b', context });
      t.bind(target, 'y', { label: 'c' });
      await fire();
      await t.call('unbind', () => unbind(target.unbind.bind(target), shared, context));
      t.step('after');
      await fire();
      await fire('y');
      t.fact('the first saw all', same(calls(t).slice(0, 4), ['f', 'f', 'a', 'b']));
    }),
  ),

  ...each([92], 'handlers that unbind others', async (t, { target, fire }) => {
    let second;
    t.bind(target, 'x', { label: 'a', then: () => target.unbind('x', second) });
    second = t.bind(target, 'x', { label: 'b' });
    await fire();
    t.fact('it still runs', same(calls(t), ['a', 'b']));
    await fire();
    t.fact('gone', same(calls(t), ['a', 'b', 'a']));
  }),

  ...each([92], 'handlers that bind others', async (t, { target, fire }) => {
    let once = true;
    t.bind(target, 'x', {
      label: 'a',
      then: () => {
        if (once) {
          once = false;
          t.bind(target, 'x', { label: 'b' });
        }
      },
    });
    await fire();
    t.fact('it runs too', same(calls(t), ['a', 'b']));
    await fire();
    t.fact('twice', calls(t).length === 4);
  }),

  ...each([92], 'handlers that unbind, then bind', async (t, { target, fire }) => {
    let once = true;
    const other = t.bind(target, 'x', { label: 'o' });
    t.bind(target, 'x', {
      label: 'a',
      then: () => {
        if (once) {
          once = false;
          target.unbind('x', other);
          t.bind(target, 'x', { label: 'b' });
        }
      },
    });
    await fire();
    t.fact('the new one waits', same(calls(t), ['o', 'a']));
    await fire();
    t.fact('then', same(calls(t), ['o', 'a', 'a', 'b']));
  }),

  ...each([93], 'global handlers that unbind themselves', async (t, { target, fire }) => {
    const self = t.bindGlobal(target, { label: 'g', then: () => target.unbind_global(self) });
    t.bindGlobal(target, { label: 'h' });
    t.bindGlobal(target, { label: 'i' });
    await fire();
    t.fact('the next is skipped', same(calls(t), ['g', 'i']));
    t.instead('none is skipped', same(calls(t), ['g', 'h', 'i']));
    await fire();
    t.fact('then all', same(calls(t), ['g', 'i', 'h', 'i']));
  }),

  ...each([94], 'handlers that throw', async (t, { target, fire }) => {
    t.bind(target, 'x', { label: 'a', then: boom });
    t.bind(target, 'x', { label: 'b' });
    await fire();
    t.fact('the rest does not run', same(calls(t), ['a']));
    t.instead('the rest runs', same(calls(t), ['a', 'b']));
    t.step('after');
    await fire();
  }),

  ...each([94], 'global handlers that throw', async (t, { target, fire }) => {
    t.bindGlobal(target, { label: 'g', then: boom });
    t.bindGlobal(target, { label: 'h' });
    t.bind(target, 'x', { label: 'a' });
    await fire();
    t.fact('the rest does not run', same(calls(t), ['g']));
    t.instead('the rest runs', same(calls(t), ['g', 'h', 'a']));
  }),

  ...each([94], 'a last handler that throws', async (t, { target, fire }) => {
    t.bind(target, 'x', { label: 'a' });
    t.bind(target, 'x', { label: 'b', then: boom });
    await fire();
    t.fact('both ran', same(calls(t), ['a', 'b']));
    await t.message('y', 1, 'news');
  }),

  ...each([95], 'order', async (t, { target, fire }) => {
    t.bind(target, 'x', { label: 'a' });
    t.bind(target, 'x', { label: 'b' });
    t.bindGlobal(target, { label: 'g' });
    t.bindGlobal(target, { label: 'h' });
    await fire();
    t.fact('globals first', same(calls(t), ['g', 'h', 'a', 'b']));
  }),

  ...each([95], 'globals only', async (t, { target, fire }) => {
    t.bindGlobal(target, { label: 'g' });
    await fire();
    t.fact('it ran', same(calls(t), ['g']));
  }),

  ...[undefined, null, 7, 'text', {}].flatMap((handler) =>
    each([96], `a handler that is ${JSON.stringify(handler)}`, async (t, { target, fire }) => {
      await t.call('bind', () => target.bind('x', handler));
      t.fact('it is taken', t.returned('bind').threw === undefined);
      await fire();
      t.step('after');
      await t.call('unbind', () => target.unbind('x'));
      await fire();
    }),
  ),

  ...each([], 'duplicates, contexts, chains', async (t, { target, fire }) => {
    const context = { mine: true };
    t.trace.name(context, 'context');
    const shared = t.handler('f');
    await t.call('chain', () =>
      target.bind('x', shared).bind('x', shared).bind('x', shared, context).bind_global(t.globalHandler('g')),
    );
    await fire();
    t.fact('each', calls(t).filter((label) => label === 'f').length === 3);
  }),

  ...each([], 'event names of objects', async (t, { target }) => {
    for (const event of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      t.bind(target, event, { label: event });
      const channel = t.trace.plain(target) === '<channel news>' ? 'news' : undefined;
      await t.message(event, 1, channel);
    }
    await t.call('unbind', () => target.unbind('constructor'));
    await t.message('constructor', 1, 'news');
  }),

  ...each(
    [],
    'emit',
    async (t, { target }) => {
      t.bind(target, 'own', { label: 'a' });
      t.bindGlobal(target, { label: 'g' });
      for (const args of [
        ['own'],
        ['own', 0],
        ['own', { a: 1 }],
        ['own', 0, { user_id: '7' }],
        ['own', null, {}],
      ]) {
        await t.call('emit', () => target.emit(...args));
      }
      t.fact('each', calls(t).length === 10);
    },
    ['channel', 'connection'],
  ),

  scenario([95], 'global handlers of the connection', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('news');
    t.bindGlobal(client.connection, { label: 'c' });
    t.bindGlobal(channel, { label: 'n' });
    await t.succeed('news');
    t.fact('they hear of messages first', same(calls(t), ['c', 'n']));
    t.instead('they hear of messages last', same(calls(t), ['n', 'c']));
  }),

  scenario([], 'handlers that disconnect', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('news', { bind: ['y'] });
    await t.succeed('news');
    t.bind(channel, 'x', { label: 'disconnecting', then: () => client.disconnect() });
    await t.message('x', 1, 'news');
    t.fact('disconnected', client.connection.state === 'disconnected');
    await t.wait(5000);
  }),

  scenario([], 'handlers that unsubscribe and subscribe', async (t) => {
    const client = await t.connected();
    const channel = await t.subscribe('news');
    await t.succeed('news');
    t.bind(channel, 'x', {
      label: 'leaving',
      then: () => {
        client.unsubscribe('news');
        client.subscribe('news');
      },
    });
    await t.message('x', 1, 'news');
    t.fact('both', t.frames.length === 3);
    await t.succeed('news');
  }),
];
