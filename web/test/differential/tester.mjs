// What scenarios are written with: one client (or several) in a stub page, and verbs for what the
// application and the network do. After each verb promises are settled, the timers that are due have
// run, and what has changed of the visible state is written into the trace.
import { Server } from './server.mjs';
import { StubPage } from './stub_page.mjs';
import { Trace } from './trace.mjs';

const CONNECTION_EVENTS = [
  'state_change',
  'connecting',
  'connected',
  'unavailable',
  'failed',
  'disconnected',
  'connecting_in',
  'message',
  'error',
];
const CHANNEL_STATE = ['subscribed', 'subscriptionPending', 'subscriptionCancelled', 'subscriptionCount'];

export class Tester {
  clients = [];
  facts = [];
  substitutes = [];
  #channels = new Map();
  #handlers = new Map();
  #shown = new Map();

  // `side` is { name, load(page) }; `settings` are those of the stub page, `log: false` for no Pusher.log,
  // `encryption: true` for the files with encryption, `module: true` for these as a bundler has them.
  constructor(side, settings = {}) {
    this.side = side;
    this.trace = new Trace();
    this.page = new StubPage(this.trace, settings);
    this.server = new Server(this);
    this.Pusher = side.load(this.page, settings);
    this.trace.name(this.Pusher, 'Pusher');
    if (settings.log !== false) {
      this.Pusher.log = (line) => this.trace.add('log', { line });
    }
  }

  // The statement that the reference must fulfil here: it shows that the harness sees what it is about.
  fact(sentence, holds) {
    this.facts.push({ sentence, step: this.trace.step, holds: Boolean(holds) });
  }

  // The same for our side, where it differs on purpose and the traces cannot be compared.
  instead(sentence, holds) {
    this.substitutes.push({ sentence, step: this.trace.step, holds: Boolean(holds) });
  }

  step(name) {
    this.trace.step = name;
  }

  // --- The application ---

  // Makes a client and listens to everything; undefined where the constructor throws.
  async create(...given) {
    const [key, options, { watch = true } = {}] = given.length === 0 ? ['KEY', { cluster: 'eu' }] : given;
    const client = this.attempt('new Pusher', () => {
      const made = new this.Pusher(key, options);
      this.adopt(made);
      return made;
    });
    if (client !== undefined && watch) {
      this.watch(client);
    }
    await this.settle();
    return client;
  }

  adopt(client) {
    const suffix = this.clients.length === 0 ? '' : ` ${this.clients.length + 1}`;
    this.clients.push(client);
    this.trace.name(client, `pusher${suffix}`);
    this.trace.name(client.connection, `connection${suffix}`);
    if (client.user) {
      this.trace.name(client.user, `user${suffix}`);
      this.trace.name(client.user.watchlist, `watchlist${suffix}`);
    }
  }

  watch(client) {
    CONNECTION_EVENTS.forEach((event) => this.bind(client.connection, event));
    this.bindGlobal(client);
  }

  // Creates a client whose connection is established.
  async connected(options = { cluster: 'eu' }, handshake = {}) {
    const client = await this.create('KEY', options);
    await this.accept(handshake);
    return client;
  }

  get client() {
    return this.clients[0];
  }

  // Calls something; what it returns or throws is in the trace.
  async call(label, action) {
    const result = this.attempt(label, action);
    await this.settle();
    return result;
  }

  attempt(label, action) {
    try {
      const result = action();
      this.trace.add('return', { of: label, value: result === undefined ? '<undefined>' : result });
      return result;
    } catch (error) {
      this.trace.add('return', { of: label, threw: error });
      return undefined;
    }
  }

  async subscribe(name, { bind = [], client = this.client } = {}) {
    const channel = this.attempt(`subscribe ${name}`, () => {
      const made = client.subscribe(name);
      this.known(made, client);
      return made;
    });
    if (channel !== undefined && bind !== false) {
      this.watchChannel(channel, bind);
    }
    await this.settle();
    return channel;
  }

  known(channel, client = this.client) {
    if (channel && !this.#channels.has(channel)) {
      const twins = [...this.#channels.values()].filter((one) => one.startsWith(`channel ${channel.name}`));
      const label = `channel ${channel.name}${twins.length === 0 ? '' : ` again ${twins.length}`}`;
      this.#channels.set(channel, client === this.client ? label : `${label} of another client`);
      this.trace.name(channel, this.#channels.get(channel));
      return true;
    }
    return false;
  }

  watchChannel(channel, events = []) {
    if (!this.#handlers.has(channel)) {
      this.#handlers.set(channel, 'global');
      this.bindGlobal(channel);
    }
    events.forEach((event) => this.bind(channel, event));
  }

  unsubscribe(name, client = this.client) {
    return this.call(`unsubscribe ${name}`, () => client.unsubscribe(name));
  }

  label(target) {
    return this.trace.plain(target).slice(1, -1);
  }

  // A handler that writes what it gets into the trace, then does `then`.
  handler(label, then) {
    const trace = this.trace;
    return function handle(...args) {
      trace.add('event', { handler: label, args, on: this });
      then?.apply(this, args);
    };
  }

  globalHandler(label, then) {
    const trace = this.trace;
    return (...args) => {
      trace.add('event', { handler: label, args });
      then?.(...args);
    };
  }

  bind(target, event, { label, then, context } = {}) {
    const handler = this.handler(label ?? `${this.label(target)} ${event}`, then);
    target.bind(event, handler, context);
    return handler;
  }

  bindGlobal(target, { label, then } = {}) {
    const handler = this.globalHandler(label ?? `${this.label(target)} *`, then);
    target.bind_global(handler);
    return handler;
  }

  // --- The network ---

  get sockets() {
    return this.page.sockets;
  }

  get socket() {
    return this.page.sockets.at(-1);
  }

  get requests() {
    return this.page.requests;
  }

  get request() {
    return this.page.requests.at(-1);
  }

  get script() {
    return this.page.scripts.at(-1);
  }

  // Does something to the network's side of a socket, request or script tag.
  async network(action) {
    action();
    await this.settle();
  }

  // The last socket opens and the server greets.
  accept(handshake = {}) {
    return this.network(() => this.server.greet(this.socket, handshake));
  }

  // A message of the server; `data` is encoded twice, as the service does.
  message(event, data, channel, more = {}) {
    const text = data === undefined ? undefined : JSON.stringify(data);
    return this.raw(JSON.stringify({ event, channel, data: text, ...more }));
  }

  raw(text) {
    return this.network(() => this.socket.deliver(text));
  }

  succeed(channel, data = {}) {
    return this.message('pusher_internal:subscription_succeeded', data, channel);
  }

  drop(code, reason, wasClean) {
    return this.network(() => this.socket.drop(code, reason, wasClean));
  }

  happens(type) {
    return this.network(() => this.page.happens(type));
  }

  // --- Time ---

  wait(ms) {
    return this.settle(ms);
  }

  async settle(ms = 0) {
    await this.page.clock.pass(ms);
    this.clients.forEach((client, index) => this.#show(client, index));
  }

  // Lets time pass until something has happened, which may be random; at most `limit` milliseconds.
  async until(happened, limit) {
    for (let passed = 0; !happened() && passed < limit; passed += 10) {
      await this.settle(10);
    }
  }

  // Looks at what a program can read, and notes what is new.
  #show(client, index) {
    const { state, socket_id: id } = client.connection;
    this.#note(`connection ${index}`, { state, id });
    for (const channel of client.allChannels()) {
      this.known(channel, client);
    }
    for (const [channel, label] of this.#channels) {
      const visible = Object.fromEntries(CHANNEL_STATE.map((key) => [key, channel[key]]));
      this.#note(label, { ...visible, ...(channel.members && { members: channel.members }) });
    }
    this.#note(`channels ${index}`, { all: client.allChannels().map((channel) => channel.name) });
  }

  #note(what, value) {
    const plain = this.trace.plain(value);
    const text = JSON.stringify(plain);
    if (this.#shown.get(what) !== text) {
      this.#shown.set(what, text);
      this.trace.add('state', { of: what, ...plain });
    }
  }

  // --- Facts ---

  get frames() {
    return this.trace.of('frame').map((entry) => entry.what.text);
  }

  get logs() {
    return this.trace.of('log').map((entry) => entry.what.line);
  }

  // The URLs of the sockets, in order; the times when they were opened.
  get opened() {
    return this.trace
      .of('socket')
      .filter((entry) => entry.what.open)
      .map((entry) => entry.what.open);
  }

  get openedAt() {
    return this.trace
      .of('socket')
      .filter((entry) => entry.what.open)
      .map((entry) => entry.time);
  }

  get sent() {
    return this.trace
      .of('request')
      .filter((entry) => entry.what.url !== undefined)
      .map((entry) => ({ ...entry.what, time: entry.time }));
  }

  // The arguments with which a handler was called, one array per call.
  heard(handler) {
    return this.trace
      .of('event')
      .filter((entry) => entry.what.handler === handler)
      .map((entry) => entry.what.args);
  }

  get escaped() {
    return this.trace.of('exception').map((entry) => JSON.stringify(entry.what.escaped));
  }

  returned(label) {
    return this.trace
      .of('return')
      .filter((entry) => entry.what.of === label)
      .map((entry) => entry.what)
      .at(-1);
  }
}

// Equality of plain values, for facts.
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
