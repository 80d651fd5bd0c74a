// Binding and unbinding, the same for clients, channels and connections.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import type { Recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import type { Sandbox } from '../support/sandbox';
import type { Emitter, EmittingEmitter, PusherInstance } from '../support/surface';

interface Kind {
  name: string;
  make(sandbox: Sandbox): Promise<{ emitter: Emitter; emit(event: string, data?: unknown): void }>;
}

const emitting = (emitter: EmittingEmitter) => ({
  emitter,
  emit: (event: string, data?: unknown) => void emitter.emit(event, data),
});

const KINDS: Kind[] = [
  {
    name: 'a client',
    make: async (sandbox) => {
      const pusher: PusherInstance = await sandbox.connected();
      return { emitter: pusher, emit: (event, data) => sandbox.socket.receive(event, data ?? {}) };
    },
  },
  { name: 'a channel', make: async (sandbox) => emitting(sandbox.pusher().subscribe('news')) },
  { name: 'a connection', make: async (sandbox) => emitting(sandbox.pusher().connection) },
  { name: 'a user', make: async (sandbox) => emitting(sandbox.pusher().user) },
  { name: 'a watchlist', make: async (sandbox) => emitting(sandbox.pusher().user.watchlist) },
];

describe('emitters', () => {
  const sandbox = useSandbox();

  for (const kind of KINDS) {
    describe(kind.name, () => {
      let emitter: Emitter;
      let emit: (event: string, data?: unknown) => void;

      beforeEach(async () => {
        ({ emitter, emit } = await kind.make(sandbox));
      });

      it('calls what is bound to the event, in the order of binding', () => {
        const order: string[] = [];
        emitter.bind('e', () => order.push('one'));
        emitter.bind('other', () => order.push('never'));
        emitter.bind('e', () => order.push('two'));
        emit('e');
        assert.deepEqual(order, ['one', 'two']);
      });

      it('hands the data over', () => {
        const handler = recorder();
        emitter.bind('e', handler);
        emit('e', { text: 'hi' });
        assert.deepEqual(handler.calls[0]?.[0], { text: 'hi' });
      });

      it('gives itself back, so that calls can be chained', () => {
        const f = recorder();
        assert.strictEqual(emitter.bind('e', f), emitter);
        assert.strictEqual(emitter.bind_global(f), emitter);
        assert.strictEqual(emitter.bind_all(f), emitter);
        assert.strictEqual(emitter.unbind('e', f), emitter);
        assert.strictEqual(emitter.unbind_global(f), emitter);
        assert.strictEqual(emitter.unbind_all(), emitter);
      });

      it('calls a handler as often as it was bound', () => {
        const f = recorder();
        emitter.bind('e', f).bind('e', f);
        emit('e');
        assert.lengthOf(f.calls, 2);
      });

      it('calls with the context, or with the global object', () => {
        const context = {};
        const f = recorder();
        emitter.bind('e', f, context).bind('e', f);
        emit('e');
        assert.strictEqual(f.contexts[0], context);
        assert.isTrue(f.contexts[1] === globalThis || f.contexts[1] === undefined);
      });

      it('tells global handlers the event and the data, before the others', () => {
        const order: unknown[] = [];
        emitter.bind('e', () => order.push('specific'));
        emitter.bind_global((event: unknown, data: unknown) => order.push([event, data]));
        emit('e', { n: 1 });
        assert.deepEqual(order, [['e', { n: 1 }], 'specific']);
      });

      it('has bind_all as another name of bind_global', () => {
        const f = recorder();
        emitter.bind_all(f);
        emit('one');
        emit('two');
        assert.deepEqual(f.calls.map(([event]) => event), ['one', 'two']);
      });

      it('takes names of properties for events', () => {
        for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'toString']) {
          const f = recorder();
          emit(name); // finds nothing that it could call
          emitter.bind(name, f);
          emit(name);
          assert.lengthOf(f.calls, 1, name);
        }
      });

      describe('unbind', () => {
        // What is bound, by name: event, handler, context.
        const contexts = { c: { name: 'c' }, d: { name: 'd' } };
        let f: Recorder;
        let g: Recorder;
        let all: Recorder;

        const BOUND = ['e f -', 'e f c', 'e f d', 'e g c', 'o f -', 'o f c', 'o g d'];
        const handlerOf = (name?: string) => ({ f, g })[name as 'f' | 'g'];
        const nameOf = (context: unknown) => (context === contexts.c ? 'c' : context === contexts.d ? 'd' : '-');
        const contextOf = (name?: string) => contexts[name as 'c' | 'd'] as unknown;

        // arguments, which bindings go
        const MATRIX: [string, RegExp][] = [
          ['- - -', /./],
          ['e - -', /^e/],
          ['e f -', /^e f/],
          ['e - c', /^e . c/],
          ['e f c', /^e f c/],
          ['- f -', /^. f/],
          ['- - c', /c$/],
          ['- f c', /^. f c/],
          ['e g d', /^$/],
          ['x - -', /^$/],
        ];

        beforeEach(() => {
          f = recorder();
          g = recorder();
          all = recorder();
          emitter.bind_global(all);
        });

        const called = (event: string): string[] => {
          for (const record of [f, g]) record.calls.length = record.contexts.length = 0;
          emit(event);
          const names = (record: Recorder, name: string) =>
            record.contexts.map((context) => `${event} ${name} ${nameOf(context)}`);
          return [...names(f, 'f'), ...names(g, 'g')].sort();
        };

        for (const [given, gone] of MATRIX) {
          for (const nothing of [undefined, null, '']) {
            it(`(${given}) with ${JSON.stringify(nothing) ?? 'undefined'} for what is not given`, () => {
              for (const binding of BOUND) {
                const [event, handler, context] = binding.split(' ');
                emitter.bind(event, handlerOf(handler), contextOf(context));
              }
              const [event, handler, context] = given.split(' ');
              emitter.unbind(
                event === '-' ? nothing : event,
                handlerOf(handler) ?? nothing,
                contextOf(context) ?? nothing,
              );
              const left = BOUND.filter((binding) => !gone.test(binding));
              assert.deepEqual([...called('e'), ...called('o')].sort(), left.slice().sort());
              assert.lengthOf(all.calls, 2, 'global handlers stay');
            });
          }
        }
      });

      it('unbind_global takes away one handler, or all', () => {
        const [one, two, three] = [recorder(), recorder(), recorder()];
        emitter.bind_global(one).bind_global(two).bind_global(three);
        emitter.unbind_global(two);
        emit('e');
        emitter.unbind_global();
        emit('e');
        assert.deepEqual([one, two, three].map(({ calls }) => calls.length), [1, 0, 1]);
      });

      it('unbind_all takes away everything', () => {
        const f = recorder();
        emitter.bind('e', f).bind('o', f).bind_global(f);
        emitter.unbind_all();
        emit('e');
        emit('o');
        assert.lengthOf(f.calls, 0);
      });

      it('calls a handler that is bound while the event is told', () => {
        const late = recorder();
        emitter.bind('e', () => void emitter.bind('e', late));
        emit('e');
        assert.lengthOf(late.calls, 1);
      });

      it('still calls a handler that is unbound while the event is told', () => {
        const second = recorder();
        emitter.bind('e', () => void emitter.unbind('e', second));
        emitter.bind('e', second);
        emit('e');
        assert.lengthOf(second.calls, 1);
        emit('e');
        assert.lengthOf(second.calls, 1);
      });

      it('lets all handlers run when some throw, and throws the first error on', () => {
        const after = recorder();
        emitter.bind_global(() => {
          throw new Error('first');
        });
        emitter.bind('e', () => {
          throw new Error('second');
        });
        emitter.bind('e', after);
        assert.throws(() => emit('e'), 'first');
        assert.lengthOf(after.calls, 1);
      });
    });
  }

  it('a channel hands over metadata, a client bare data', async () => {
    const pusher = await sandbox.connected();
    const channel = await sandbox.subscribed(pusher, 'news');
    const [onChannel, onClient] = [recorder(), recorder()];
    channel.bind('e', onChannel);
    pusher.bind('e', onClient);
    sandbox.socket.receive('e', { n: 1 }, 'news');
    assert.deepEqual(onChannel.calls, [[{ n: 1 }, {}]]);
    assert.deepEqual(onClient.calls, [[{ n: 1 }]]);
  });
});
