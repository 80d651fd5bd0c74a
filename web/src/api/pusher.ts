/** The client: `new Pusher(key, options)`. */
import { Client, OptionError } from '../engine/client';
import type { EngineEvent, Sealed } from '../engine/event';
import { ChannelKind, RequestKind, Result, Target } from '../engine/exports';
import type { LogLevel, State, TransportKind } from '../engine/exports';
import type { Owner, RequestAction } from '../engine/owner';
import { Requests } from '../engine/requests';
import { Sockets } from '../engine/sockets';
import type { Runtime } from '../runtime/runtime';
import { authenticate, authenticationOf, authorizationOf, authorize, authorizesItself } from './authorization';
import type { Answer, Authorizers } from './authorization';
import { Channel, EncryptedChannel, PresenceChannel, PrivateChannel } from './channel';
import { Channels } from './channels';
import { ConnectionManager } from './connection';
import { deliver } from './deliver';
import type { Places } from './deliver';
import { Emitter } from './emitter';
import type { Caught } from './emitter';
import { naclOf, open } from './encryption';
import type { Nacl } from './encryption';
import { BadChannelName, UnsupportedFeature } from './errors';
import { hide } from './hidden';
import { toJSON } from './json';
import { log, logLevel } from './logger';
import { engineOptions, usesTLS } from './options';
import type { PusherOptions } from './options';
import { STATIC_OPTIONS, builtInAuthorizers, isBuiltIn } from './statics';
import type { Statics } from './statics';
import { User } from './user';

/* By the engine's kinds of channels. */
const CHANNEL_CLASSES = {
  [ChannelKind.Public]: Channel,
  [ChannelKind.Private]: PrivateChannel,
  [ChannelKind.Presence]: PresenceChannel,
  [ChannelKind.Encrypted]: EncryptedChannel,
};

const NO_NACL =
  'Tried to subscribe to a private-encrypted- channel but no nacl implementation available: ' +
  'load pusher-with-encryption.js, or give the option nacl.';

type Config = PusherOptions & { readonly nacl: Nacl | undefined; readonly useTLS: boolean };

/* What counts: the client's own options before the defaults that were set for all. The objects in them stay the
 * program's, which may change them later. */
function configOf(options: PusherOptions, runtime: Runtime): Config {
  const statics = Pusher as unknown as Statics;
  const defaults: Record<string, unknown> = {};
  for (const [name, option] of STATIC_OPTIONS) {
    if (statics[name] !== undefined) defaults[option] = statics[name];
  }
  return { ...defaults, ...options, nacl: naclOf(options.nacl), useTLS: usesTLS(options, runtime) };
}

export class Pusher extends Emitter {
  static readonly VERSION: string = __VERSION__;
  static readonly PROTOCOL = 7;
  /** Every client that was made. */
  static instances: Pusher[] = [];
  private static toldReady = false;
  /** Gets each log line. */
  static log: ((message: string) => void) | undefined;
  static logToConsole = false;
  static Runtime: Runtime;
  /** How channels are authorized, by the name of the transport. Entries may be replaced. */
  static authorizers: Authorizers = { ...builtInAuthorizers };

  /** Clients connect when they are made; before that they wait for `ready()`, which a page calls by itself. */
  static get isReady(): boolean {
    return Pusher.toldReady || Pusher.Runtime.isReady();
  }

  /** Connects all clients. */
  static ready(): void {
    Pusher.toldReady = true;
    for (const instance of Pusher.instances) instance.connect();
  }

  key: string;
  readonly options: PusherOptions;
  readonly config: Config;
  readonly channels = new Channels();
  readonly connection: ConnectionManager;
  readonly user: User;
  readonly sessionID: number;
  private declare readonly client: Client;
  private declare readonly sockets: Sockets;
  private declare readonly requests: Requests;
  private declare readonly places: Places;

  constructor(key: string, options: PusherOptions = {}) {
    super();
    if (key === null || key === undefined) throw 'You must pass your app key when you instantiate Pusher.';
    const runtime = (): Runtime => Pusher.Runtime;
    this.key = String(key);
    this.options = options ?? {};
    this.config = configOf(this.options, runtime());
    this.checkTransports();
    this.sessionID = runtime().randomInt(1e9);
    const client = (): Client => this.client;
    const connection = new ConnectionManager(client, this.key, this.config.useTLS);
    const user = new User(client);
    this.connection = connection;
    this.user = user;
    hide(this, {
      sockets: new Sockets(client, runtime, this.config.ignoreNullOrigin),
      requests: new Requests(client, runtime),
      places: { client: this, connection, user },
    });
    hide(this, { client: this.makeClient(runtime) });
    this.listen(runtime());
    Pusher.instances.push(this);
    if (Pusher.isReady) this.connect();
    else runtime().whenReady(() => Pusher.toldReady || Pusher.ready());
  }

  private checkTransports(): void {
    const asked = [authenticationOf(this.config), authorizationOf(this.config)];
    for (const { transport = 'ajax', customHandler } of asked) {
      const known = transport in Pusher.authorizers && (transport !== 'jsonp' || Pusher.Runtime.jsonp);
      if (!customHandler && !known) throw `'${transport}' is not a recognized auth transport`;
    }
  }

  private makeClient(runtime: () => Runtime): Client {
    const { authBatch, ...config } = this.config;
    const options = authBatch && !authorizesItself(config, Pusher.authorizers, isBuiltIn) ? this.config : config;
    const client = new Client(
      (names) => engineOptions(this.key, options, names, runtime(), Pusher.VERSION, logLevel(Pusher)),
      this.owner(),
      runtime,
      () => logLevel(Pusher),
    );
    for (const name of ['pusherTransportTLS', 'pusherTransportNonTLS']) {
      const stored = this.stored(name);
      if (stored) client.restore(name, stored);
    }
    return client;
  }

  private stored(name: string): string | null | undefined {
    try {
      return Pusher.Runtime.getLocalStorage()?.getItem(name);
    } catch {
      return null; /* forbidden: connecting takes its usual way */
    }
  }

  private listen(runtime: Runtime): void {
    const network = runtime.getNetwork();
    network.bind('online', () => this.client.network(true));
    network.bind('offline', () => this.client.network(false));
    runtime.addUnloadListener(() => this.requests.abortAll());
  }

  /* ---- What the engine wants done ---- */

  private owner(): Owner {
    const caught = (error: unknown): void => this.client.caught(error);
    return {
      open: (id: number, kind: TransportKind, url: string) => this.sockets.open(id, kind, url),
      send: (id: number, message: string) => this.sockets.send(id, message),
      close: (id: number) => this.sockets.close(id),
      request: (id: number, action: RequestAction) => this.requests.start(id, action),
      cancel: (id: number) => this.requests.cancel(id),
      authorize: (id: number, kind: RequestKind, channel: number, socketId: string) =>
        this.authorize(id, kind, channel, socketId),
      store: (key: string, data: string) => this.store(key, data),
      state: (previous: State, current: State, socketId: string) =>
        this.enter(previous, current, socketId, caught),
      event: (event: EngineEvent) => this.event(event, caught),
      log: (level: LogLevel, line: string) => log(Pusher, level, line),
      channelGone: (channel: number) => this.channels.remove(channel),
      user: (signedIn: boolean, done: boolean, data: string) =>
        this.user.become(signedIn ? (JSON.parse(data) as Record<string, unknown>) : null, done),
    };
  }

  private enter(previous: State, current: State, socketId: string, caught: Caught): void {
    for (const channel of this.channels.all()) {
      if (channel instanceof PresenceChannel && !channel.subscribed) channel.forget();
    }
    this.connection.enter(previous, current, socketId, caught);
  }

  private event(event: EngineEvent, caught: Caught): void {
    let channel = event.targets & Target.Channel ? this.channels.byId(event.channel) : undefined;
    let opened: string | undefined;
    if (channel && event.sealed) {
      opened = this.open(event.sealed, caught);
      if (opened === undefined) channel = undefined;
    }
    const unheard = deliver(event, channel, opened, this.places, caught);
    /* Last, for it carries out what else is queued. */
    if (unheard) this.client.noCallbacks(unheard, event.name);
  }

  /* At once, while the event is in the module's memory. */
  private open(sealed: Sealed, caught: Caught): string | undefined {
    let text: string | undefined;
    try {
      text = open(this.config.nacl!, sealed);
    } catch (error) {
      caught(error);
    }
    if (text === undefined) this.client.notOpened();
    return text;
  }

  private authorize(id: number, kind: RequestKind, channelId: number, socketId: string): void {
    const answer = this.answerFor(id);
    if (kind === RequestKind.UserAuthentication) return authenticate(this.config, socketId, answer);
    const channel = this.channels.byId(channelId);
    if (channelId && !channel) return;
    authorize(this.config, channel, socketId, Pusher.authorizers, isBuiltIn, Pusher.Runtime, answer);
  }

  private answerFor(id: number): Answer {
    const { client } = this;
    return {
      ask: (params, headers) => {
        if (client.authorizeWith(id, JSON.stringify({ params, headers })) !== Result.Ok) {
          client.authorizeFailed(id, 0, 'a header for the authorization request is not allowed by HTTP');
        }
      },
      authorized: (data) => {
        if (client.authorized(id, toJSON(data)) !== Result.Ok) {
          client.authorizeFailed(id, 0, 'the authorization is too long');
        }
      },
      failed: (status, message) => client.authorizeFailed(id, status, message),
    };
  }

  private store(key: string, data: string): void {
    try {
      const storage = Pusher.Runtime.getLocalStorage();
      if (data) storage?.setItem(key, data);
      else storage?.removeItem(key);
    } catch {
      /* Full or forbidden: the next connection is found without it. */
    }
  }

  /* ---- Connecting ---- */

  connect(): void {
    this.client.connect();
  }

  disconnect(): void {
    this.client.disconnect();
  }

  shouldUseTLS(): boolean {
    return this.config.useTLS;
  }

  /** The name of `shouldUseTLS` before version 4.3. */
  isEncrypted(): boolean {
    return this.config.useTLS;
  }

  /* ---- Channels ---- */

  channel(name: string): Channel | undefined {
    return this.channels.find(name);
  }

  allChannels(): Channel[] {
    return this.channels.all();
  }

  subscribe(name: string): Channel {
    const text = String(name);
    const result = this.client.subscribe(text, (id) => {
      if (!this.channels.byId(id)) this.channels.add(this.makeChannel(text, id));
    });
    if (result === Result.Ok) return this.channels.find(text) ?? this.leftAtOnce(text);
    throw this.refusal(text, result);
  }

  private makeChannel(name: string, id: number): Channel {
    const kind = this.client.channel(id)?.kind ?? ChannelKind.Public;
    return new CHANNEL_CLASSES[kind](name, this, this.client, id);
  }

  /* A handler that ran meanwhile has unsubscribed again. */
  private leftAtOnce(name: string): Channel {
    return new Channel(name, this, this.client, 0);
  }

  private refusal(name: string, result: Result): Error {
    if (result === Result.Limit) return new RangeError(`Cannot subscribe to "${name}": there are too many channels.`);
    if (result === Result.NoMemory) return new RangeError(`Cannot subscribe to "${name}": there is no memory.`);
    if (!this.config.nacl && name.startsWith('private-encrypted-')) return new UnsupportedFeature(NO_NACL);
    return new BadChannelName(`Cannot create a channel with name "${name}".`);
  }

  unsubscribe(name: string): void {
    this.client.unsubscribe(String(name));
  }

  /** Signs the user in, on this connection and on each one after it. */
  signin(): void {
    this.user.signin();
  }

  /** Goes over to another app and cluster; channels stay, to be subscribed there. */
  switchCluster({ appKey, cluster }: { appKey: string; cluster: string }): void {
    if (this.client.switchTo(String(appKey), String(cluster)) !== Result.Ok) {
      throw new OptionError(`Pusher: cannot switch to the cluster "${cluster}" with the key "${appKey}"`);
    }
    this.key = String(appKey);
    this.connection.key = this.key;
  }

  /** Subscribes to all channels that are not; there is no need to: each connection does it. */
  subscribeAll(): void {
    for (const channel of this.allChannels()) this.subscribe(channel.name);
  }

  /** Sends an event. False: not connected, nothing was sent. */
  send_event(event: string, data?: unknown, channel?: string): boolean {
    return this.connection.send_event(event, data, channel);
  }

  /** The emitter of the client's own bindings: the client. */
  get global_emitter(): Emitter {
    return this;
  }
}
