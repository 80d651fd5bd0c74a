// Scenarios that a seeded generator makes: calls of an application, handlers that act, and what a server
// and a network do, in any order. The generator keeps away from what differs on purpose (a channel that is
// left while it is pending and a connection that is lost then, retries of other things than connections).
import { seeded } from './random.mjs';
import { scenario } from './scenario.mjs';
import { Service } from './service.mjs';
import { value } from './values.mjs';

const CHANNELS = ['news', 'prices', 'private-a', 'private-b', 'presence-a', 'presence-b', 'cache-c'];
const EVENTS = ['x', 'y', 'client-z', 'pusher:odd', ''];
const CLOSES = [1000, 1001, 1005, 1006, 1011, 3999, 4000, 4200, 4201];
const SECOND = 1000;

// What a handler does beside being called; each once, or it would never end.
const ACTS = {
  nothing: () => {},
  send: ({ client }) => client.send_event('client-sent', { by: 'handler' }, 'news'),
  bind: ({ t, target }) => t.bind(target, 'x', { label: 'bound by a handler' }),
  unbind: ({ target, random, handlers }) =>
    target.unbind('x', handlers.length ? random.pick(handlers) : undefined),
  subscribe: ({ client }) => client.subscribe('prices'),
  trigger: ({ client }) => client.channel('private-a')?.trigger('client-z', 7),
};

export class Play {
  handlers = [];
  globals = [];
  contexts = [{ context: 1 }, { context: 2 }];

  constructor(t, random) {
    this.t = t;
    this.random = random;
    this.service = new Service(t, random);
    this.contexts.forEach((context, index) => t.trace.name(context, `context ${index}`));
  }

  get client() {
    return this.t.client;
  }

  // The channels that are subscribed.
  get channels() {
    return CHANNELS;
  }

  // Any emitter of the client.
  target() {
    return this.random.pick([this.client, this.client.connection, ...this.client.allChannels()]);
  }

  async settle() {
    await this.service.answer();
  }

  async bind() {
    const { t, random } = this;
    const target = this.target();
    const act = random.chance(0.25) ? random.pick(Object.keys(ACTS)) : 'nothing';
    let done = false;
    const then = () => {
      if (!done) {
        done = true;
        ACTS[act]({ t, target, client: this.client, random, handlers: this.handlers });
      }
    };
    const context = random.chance(0.3) ? random.pick(this.contexts) : undefined;
    const handler = t.bind(target, random.pick(EVENTS), {
      label: `handler ${this.handlers.length} (${act})`,
      then,
      context,
    });
    this.handlers.push(handler);
  }

  // Not on the connection, whose global handlers hear of messages at another moment than in pusher-js.
  async bindGlobal() {
    const target = this.random.pick([this.client, ...this.client.allChannels()]);
    this.globals.push(this.t.bindGlobal(target, { label: `global ${this.globals.length}` }));
  }

  async unbind() {
    const { random } = this;
    const event = random.chance(0.7) ? random.pick(EVENTS) : undefined;
    const handler = random.chance(0.5) && this.handlers.length ? random.pick(this.handlers) : undefined;
    const context = random.chance(0.3) ? random.pick(this.contexts) : undefined;
    // What the tester itself listens with stays: it has an event, a handler or a context to go by.
    if (event || handler || context) {
      const target = this.target();
      await this.t.call('unbind', () => target.unbind(event, handler, context) === target);
    }
  }

  async unbindGlobal() {
    if (this.globals.length) {
      const target = this.target();
      const handler = this.random.pick(this.globals);
      await this.t.call('unbind_global', () => target.unbind_global(handler) === target);
    }
  }

  async subscribe() {
    await this.t.subscribe(this.random.pick(this.channels), { bind: [] });
  }

  async unsubscribe() {
    await this.service.release();
    await this.t.unsubscribe(this.random.pick(this.channels));
  }

  // A public channel that is left and joined again before the server has answered.
  async waver() {
    this.service.hold();
    await this.t.subscribe('news', { bind: [] });
    await this.settle();
    await this.t.unsubscribe('news');
    if (this.random.chance(0.5)) {
      await this.t.subscribe('news', { bind: [] });
    }
    await this.service.release();
  }

  async trigger() {
    const channel = this.random.pick(this.client.allChannels().concat([undefined]));
    const event = this.random.pick(['client-z', 'client-', 'z']);
    const data = value(this.random);
    await this.t.call('trigger', () => channel?.trigger(event, data));
  }

  async sendEvent() {
    const { random } = this;
    const data = value(random);
    const channel = random.chance(0.5) ? random.pick(CHANNELS) : undefined;
    const event = random.pick(['x', 'client-z', '']);
    await this.t.call('send_event', () => this.client.send_event(event, data, channel));
  }

  async message() {
    const { t, random } = this;
    const channel = random.pick([...CHANNELS, 'unknown', undefined]);
    const data = value(random);
    const user =
      channel?.startsWith('presence-') && random.chance(0.3) ? { user_id: `user ${random.below(3)}` } : {};
    const text = random.chance(0.7) ? JSON.stringify(data) : data;
    await t.raw(JSON.stringify({ event: random.pick(EVENTS.filter(Boolean)), channel, data: text, ...user }));
  }

  async internal() {
    const { random } = this;
    const channel = random.pick(CHANNELS);
    const member = { user_id: random.pick(['amy', 'bob', 'cem', 'dee']), user_info: value(random) ?? null };
    const [event, data] = random.pick([
      ['pusher_internal:member_added', member],
      ['pusher_internal:member_removed', member],
      ['pusher_internal:subscription_count', { subscription_count: random.below(5) }],
      ['pusher_internal:odd', {}],
    ]);
    await this.t.message(event, data, channel);
  }

  async serverPing() {
    await this.t.raw('{"event":"pusher:ping","data":{}}');
  }

  async serverError() {
    const data = { code: this.random.pick([4301, null, 4009]), message: 'careful' };
    await this.t.raw(JSON.stringify({ event: 'pusher:error', data }));
  }

  async pass() {
    const end = this.t.page.clock.now + this.random.pick([1, 10, 500, 5000, 30000, 125000]);
    while (this.t.page.clock.now < end) {
      await this.t.wait(Math.min(2500, end - this.t.page.clock.now));
      await this.settle(); // pings are answered
    }
  }

  async lose() {
    await this.service.release();
    await this.t.wait(2 * SECOND);
    // A service that asks for TLS where there is TLS is told on another page.
    const codes = /^wss:/.test(this.t.socket.url) ? CLOSES.filter((code) => code !== 4000) : CLOSES;
    await this.t.drop(this.random.pick(codes), this.random.pick(['', 'reason']));
    await this.t.wait(SECOND);
  }

  async network() {
    await this.t.happens(this.random.pick(['online', 'offline']));
  }

  async reconnect() {
    await this.service.release();
    await this.t.call('disconnect', () => this.client.disconnect());
    await this.t.wait(this.random.pick([0, 100, 3000]));
    await this.t.call('connect', () => this.client.connect());
  }
}

// How often each thing happens.
export const WEIGHTS = {
  message: 9,
  subscribe: 5,
  bind: 5,
  pass: 4,
  sendEvent: 3,
  trigger: 3,
  internal: 3,
  unsubscribe: 2,
  unbind: 2,
  bindGlobal: 1,
  unbindGlobal: 1,
  serverPing: 1,
  serverError: 1,
  lose: 1,
  network: 1,
  reconnect: 1,
  waver: 1,
};

// Plays that many steps of a `kind` of play.
export const steps = (Kind, weights, seed, count) => async (t) => {
  const choices = Object.entries(weights).flatMap(([name, weight]) => Array(weight).fill(name));
  const random = seeded(seed);
  const play = new Kind(t, random);
  await t.create('KEY', {
    cluster: 'eu',
    forceTLS: random.chance(0.5) ? undefined : false,
    enabledTransports: ['ws'],
  });
  await play.settle();
  for (let step = 1; step <= count; step += 1) {
    const name = random.pick(choices);
    t.step(`${step} ${name}`);
    await play[name]();
    await play.settle();
  }
  t.fact('there was something to see', t.trace.entries.length > count);
};

const calls = (seed, count) =>
  scenario(
    [],
    `generated: calls and messages, seed ${seed}`,
    { random: seed },
    steps(Play, WEIGHTS, seed, count),
  );

// A stream of messages over HTTP that is cut anywhere.
const pieces = (seed, count) =>
  scenario([], `generated: pieces of a stream, seed ${seed}`, { random: seed }, async (t) => {
    const random = seeded(seed);
    await t.create('KEY', { cluster: 'eu', enabledTransports: ['xhr_streaming'] });
    await t.network(() => t.request.piece(`o\na${JSON.stringify([t.server.handshake()])}\n`));
    const frames = Array.from({ length: count }, () => {
      const messages = Array.from({ length: 1 + random.below(4) }, () =>
        JSON.stringify({ event: 'x', channel: 'news', data: JSON.stringify(value(random)) }),
      );
      return random.chance(0.1)
        ? '?junk\n'
        : random.chance(0.1)
          ? `m${JSON.stringify(messages[0])}\n`
          : `a${JSON.stringify(messages)}\n`;
    });
    const text = frames.join('');
    for (let at = 0, step = 1; at < text.length; step += 1) {
      const length = 1 + random.below(random.pick([3, 30, 300]));
      t.step(`piece ${step}`);
      await t.network(() => t.request.piece(text.slice(at, at + length)));
      at += length;
    }
    t.fact('messages arrive', t.heard('pusher *').length >= count / 2);
  });

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

export default [
  ...SEEDS.map((seed) => calls(seed, 150)),
  ...SEEDS.slice(0, 8).map((seed) => pieces(seed, 40)),
];
