/**
 * The published types: everything that programs written for pusher-js 8 import, and what is ours. They need
 * no DOM library. Only the class `Pusher` exists at run time; all else is the shape of what it gives out.
 *
 * What stands under "of pusher-js alone" are parts of its inner workings that its types show; they are
 * `undefined` here, so that programs which look at them still compile.
 */

/** The payload of an event: whatever JSON the publisher has sent. It is `any`, as programs annotate it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type EventData = any;

/** What is known of an event besides its payload. */
export interface Metadata {
  /** Who has sent a client event on a presence channel; the server vouches for it. */
  user_id?: string;
}

/** `this` is the context that was given to `bind`, or the global object. */
export type EventHandler = (data: EventData, metadata: Metadata) => void;
export type GlobalHandler = (event: string, data: EventData) => void;

/** Who can be bound to: the client, its connection, channels, the user, the watchlist. */
export interface Emitter {
  bind(event: string, handler: EventHandler, context?: unknown): this;
  bind(event: string, handler: Function, context?: unknown): this;
  /** Hears of every event. */
  bind_global(handler: GlobalHandler): this;
  bind_global(handler: Function): this;
  /** The name of `bind_global` before version 4. */
  bind_all(handler: GlobalHandler): this;
  bind_all(handler: Function): this;
  /** Removes the bindings that all given arguments apply to; with none, all but the global ones. */
  unbind(event?: string | null, handler?: Function | null, context?: unknown): this;
  /** Removes one global handler, or all. */
  unbind_global(handler?: Function): this;
  /** Removes every binding, the global ones too. */
  unbind_all(): this;
  /** Calls the handlers. If one throws, the others still run, and the first error is thrown at the end. */
  emit(event: string, data?: EventData, metadata?: Metadata): Emitter;

  /* Of pusher-js alone. */
  readonly callbacks?: unknown;
  readonly global_callbacks?: unknown;
  readonly failThrough?: unknown;
}

/** A message of the protocol, decoded. */
export interface PusherEvent {
  event: string;
  channel?: string;
  data?: EventData;
  user_id?: string;
}

// --- Channels

export interface Channel extends Emitter {
  readonly name: string;
  readonly pusher: Pusher;
  readonly subscribed: boolean;
  readonly subscriptionPending: boolean;
  /** It was left before the subscription succeeded. */
  readonly subscriptionCancelled: boolean;
  /** How many connections have subscribed, where the server tells. */
  readonly subscriptionCount: number | null | undefined;
  /** Sends an event, whose name begins with `client-`, to the channel's other subscribers. False: not
   *  connected, nothing was sent. Private and presence channels only. */
  trigger(event: string, data: EventData): boolean;
  subscribe(): void;
  unsubscribe(): void;

  /* Of pusher-js alone. */
  readonly authorize?: unknown;
  readonly disconnect?: unknown;
  readonly handleEvent?: unknown;
  readonly handleSubscriptionSucceededEvent?: unknown;
  readonly handleSubscriptionCountEvent?: unknown;
  readonly cancelSubscription?: unknown;
  readonly reinstateSubscription?: unknown;
}

export interface PrivateChannel extends Channel {}

export interface PresenceChannel extends PrivateChannel {
  readonly members: Members;
  /* Of pusher-js alone. */
  readonly handleInternalEvent?: unknown;
}

/** Its events are decrypted for its own handlers, which get one argument; all others see them as they came. */
export interface EncryptedChannel extends PrivateChannel {
  /** A copy of what its events are sealed with; undefined before it was authorized. */
  readonly key: Uint8Array;
  readonly nacl: Nacl;

  /* Of pusher-js alone. */
  readonly getDataToEmit?: unknown;
}

export interface Member {
  id: EventData;
  info: EventData;
}

/** Who is on a presence channel. Empty while it is not subscribed. */
export interface Members {
  /** What is known of them, by id. */
  readonly members: Record<string, EventData>;
  readonly count: number;
  readonly myID: EventData;
  /** Ourselves, once the subscription has succeeded. */
  readonly me: EventData;
  /** The member with this id, or null. */
  get(id: string): EventData;
  each(callback: (member: Member) => void): void;
  each(callback: Function): void;

  /* Of pusher-js alone. */
  readonly setMyID?: unknown;
  readonly onSubscription?: unknown;
  readonly addMember?: unknown;
  readonly removeMember?: unknown;
  readonly reset?: unknown;
}

/** All channels of a client. */
export interface Channels {
  readonly channels: Record<string, Channel>;
  all(): Channel[];
  find(name: string): Channel;
}

// --- The connection and the user

export type ConnectionState =
  | 'initialized' | 'connecting' | 'connected' | 'unavailable' | 'failed' | 'disconnected';

export interface ConnectionStateChange {
  previous: ConnectionState;
  current: ConnectionState;
}

export interface ConnectionManager extends Emitter {
  readonly key: string;
  /** One of `ConnectionState`. */
  readonly state: string;
  /** Of the connection that there is, or was last. */
  readonly socket_id: string;
  readonly usingTLS: boolean;
  connect(): void;
  disconnect(): void;
  /** Sends a message of the protocol as it is. False: not connected, nothing was sent. */
  send(message: string): boolean;
  send_event(event: string, data: EventData, channel?: string): boolean;
  isUsingTLS(): boolean;
  /** The name of `isUsingTLS` before version 4.3. */
  isEncrypted(): boolean;

  /* Of pusher-js alone. */
  readonly options?: unknown;
  readonly connection?: unknown;
  readonly timeline?: unknown;
  readonly unavailableTimer?: unknown;
  readonly activityTimer?: unknown;
  readonly retryTimer?: unknown;
  readonly activityTimeout?: unknown;
  readonly strategy?: unknown;
  readonly runner?: unknown;
  readonly errorCallbacks?: unknown;
  readonly handshakeCallbacks?: unknown;
  readonly connectionCallbacks?: unknown;
  readonly switchCluster?: unknown;
}

/** The user who has signed in. */
export interface User extends Emitter {
  /** What the server knows of the user; null: nobody has signed in. */
  readonly user_data: EventData;
  readonly watchlist: Watchlist;
  /** Resolves when a sign-in under way has succeeded or failed. */
  readonly signinDonePromise: Promise<unknown> | null | undefined;
  signin(): void;

  /* Of pusher-js alone. */
  readonly pusher?: unknown;
  readonly signin_requested?: unknown;
  readonly serverToUserChannel?: unknown;
}

/** Tells of the users whom the user watches: `online` and `offline`, with `{ user_ids }`. */
export interface Watchlist extends Emitter {
  /* Of pusher-js alone. */
  readonly handleEvent?: unknown;
}

// --- Authorization

export interface ChannelAuthorizationData {
  auth: string;
  /** Presence channels: JSON text with `user_id` and, perhaps, `user_info`. */
  channel_data?: string;
  /** Encrypted channels: base64 of the 32 bytes that their events are sealed with. */
  shared_secret?: string;
}

/** Called with an error, or with null and the data. */
export type ChannelAuthorizationCallback = (
  error: Error | null,
  authData: ChannelAuthorizationData | null,
) => void;

export interface ChannelAuthorizationRequestParams {
  socketId: string;
  channelName: string;
}

export interface ChannelAuthorizationHandler {
  (params: ChannelAuthorizationRequestParams, callback: ChannelAuthorizationCallback): void;
}

export interface UserAuthenticationData {
  auth: string;
  /** JSON text with `id` and what else is known of the user. */
  user_data: string;
}

export type UserAuthenticationCallback = (
  error: Error | null,
  authData: UserAuthenticationData | null,
) => void;

export interface UserAuthenticationRequestParams {
  socketId: string;
}

export interface UserAuthenticationHandler {
  (params: UserAuthenticationRequestParams, callback: UserAuthenticationCallback): void;
}

export type AuthTransport = 'ajax' | 'jsonp';

/** Fields or headers of a request. */
export type AuthFields = Record<string, EventData>;

/** Ask an endpoint of the application. */
export interface InternalAuthOptions {
  transport: AuthTransport;
  endpoint: string;
  params?: AuthFields;
  headers?: AuthFields;
  /** Asked for each request; its fields come after `params`. */
  paramsProvider?: () => AuthFields;
  headersProvider?: () => AuthFields;
}

/** Ask a function of the application. */
export interface CustomAuthOptions<Handler> {
  customHandler: Handler;
}

export type ChannelAuthorizationOptions =
  | InternalAuthOptions
  | CustomAuthOptions<ChannelAuthorizationHandler>;
export type UserAuthenticationOptions =
  | InternalAuthOptions
  | CustomAuthOptions<UserAuthenticationHandler>;

/** The value of the option `auth`. */
export interface DeprecatedAuthOptions {
  params?: AuthFields;
  headers?: AuthFields;
}

/** What the function in the option `authorizer` is told. */
export interface DeprecatedAuthorizerOptions {
  authTransport: AuthTransport;
  authEndpoint: string;
  auth?: DeprecatedAuthOptions;
}

export interface DeprecatedChannelAuthorizer {
  authorize(socketId: string, callback: ChannelAuthorizationCallback): void;
}

export interface ChannelAuthorizerGenerator {
  (channel: Channel, options: DeprecatedAuthorizerOptions): DeprecatedChannelAuthorizer;
}

/* Their names before version 7.1. */
export type {
  DeprecatedAuthOptions as AuthOptions,
  DeprecatedAuthorizerOptions as AuthorizerOptions,
  DeprecatedChannelAuthorizer as Authorizer,
  ChannelAuthorizerGenerator as AuthorizerGenerator,
  ChannelAuthorizationCallback as AuthorizerCallback,
};

// --- Options

export type Transport = 'ws' | 'wss' | 'xhr_streaming' | 'xhr_polling' | 'sockjs';

/** What a tweetnacl gives, as far as it is used. */
export interface Nacl {
  secretbox: {
    open(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null;
    readonly overheadLength?: number;
    readonly nonceLength?: number;
  };
}

/** Options of the constructor. What is not given, or undefined or null, is the default; 0 and '' are, too. */
export interface Options {
  /** Milliseconds without a message before a ping, at most; the server may want less. Default: 120000. */
  activityTimeout?: number;
  auth?: DeprecatedAuthOptions;
  /**
   * Ask for many channels in one request, in the layout of pusher-js-auth; the endpoint must know it. Without effect
   * where the program authorizes channels itself. Default: false.
   */
  authBatch?: boolean;
  /** Channels of one such request, at most. Default: 100. */
  authBatchSize?: number;
  /** Default: '/pusher/auth'. */
  authEndpoint?: string;
  authTransport?: AuthTransport;
  authorizer?: ChannelAuthorizerGenerator;
  /** Where it is given, `auth`, `authEndpoint`, `authTransport` and `authorizer` do not count. */
  channelAuthorization?: ChannelAuthorizationOptions;
  userAuthentication?: UserAuthenticationOptions;
  /** Gives the hosts where they are not named. */
  cluster?: string;
  /** Send statistics about connecting to the stats host. Default: false. */
  enableStats?: boolean;
  /** Deprecated: the opposite of `enableStats`. */
  disableStats?: boolean;
  disabledTransports?: Transport[];
  enabledTransports?: Transport[];
  /** Deprecated: `forceTLS`. */
  encrypted?: boolean;
  /** False connects without TLS, unless the page was loaded with it. Default: true. */
  forceTLS?: boolean;
  httpHost?: string;
  httpPath?: string;
  httpPort?: number;
  httpsPort?: number;
  ignoreNullOrigin?: boolean;
  /** Opens the events of encrypted channels. The files with encryption have one inside. */
  nacl?: Nacl;
  /** Milliseconds to wait for the answer to a ping. Default: 30000. */
  pongTimeout?: number;
  statsHost?: string;
  /** Fields added to the statistics. */
  timelineParams?: AuthFields;
  /** Milliseconds of connecting before the state is `unavailable`. Default: 10000. */
  unavailableTimeout?: number;
  wsHost?: string;
  wsPath?: string;
  wsPort?: number;
  wssPort?: number;
  /* The spellings of versions up to 2. */
  activity_timeout?: number;
  pong_timeout?: number;
  unavailable_timeout?: number;
}

export interface ClusterOptions {
  appKey: string;
  cluster: string;
}

/** The options of a client with the defaults filled in. */
export interface Config {
  activityTimeout: number;
  enableStats: boolean;
  httpHost: string;
  httpPath: string;
  httpPort: number;
  httpsPort: number;
  pongTimeout: number;
  statsHost: string;
  unavailableTimeout: number;
  useTLS: boolean;
  wsHost: string;
  wsPath: string;
  wsPort: number;
  wssPort: number;
  cluster?: string;
  forceTLS?: boolean;
  disabledTransports?: Transport[];
  enabledTransports?: Transport[];
  ignoreNullOrigin?: boolean;
  nacl?: Nacl;
  timelineParams?: AuthFields;
  /* Of pusher-js alone. */
  readonly userAuthenticator?: unknown;
  readonly channelAuthorizer?: unknown;
}

// --- The platform

type OfDocument = typeof globalThis extends { document: infer D } ? D : unknown;

/** An XMLHttpRequest, or what behaves like one. */
export interface Ajax {
  onreadystatechange: Function | null;
  readonly readyState: number;
  readonly status: number;
  readonly responseText: string;
  withCredentials?: boolean;
  ontimeout?: Function | null;
  onerror?: Function | null;
  onprogress?: Function | null;
  onload?: Function | null;
  open(method: string, url: string, async?: boolean, user?: string, password?: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body?: EventData): void;
  abort: Function;
}

/** A WebSocket, or what behaves like one. */
export interface Socket {
  onopen?: Function | null;
  onmessage?: Function | null;
  onerror?: Function | null;
  onclose?: Function | null;
  send(data: EventData): void;
  close(code?: number, reason?: string): void;
}

/** Tells when the machine gets a network and when it loses it: `online`, `offline`. */
export interface Reachability {
  isOnline(): boolean;
  bind(event: string, handler: Function): unknown;
  unbind(event?: string, handler?: Function): unknown;
}

export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What the library needs of the platform: `Pusher.Runtime`. Its members may be replaced at any time. */
export interface Runtime {
  readonly name: 'page' | 'worker' | 'node' | 'none';
  getGlobal(): typeof globalThis;
  getDocument?(): OfDocument;
  /** 'http:' where there is no page. */
  getProtocol(): string;
  getLocalStorage(): StorageLike | undefined;
  getNetwork(): Reachability;
  getWebSocketAPI(): new (url: string) => Socket;
  createWebSocket(url: string): Socket;
  getXHRAPI(): new () => Ajax;
  createXHR(): Ajax;
  isXHRSupported(): boolean;
  isSockJSSupported(): boolean;
  createSockJS(
    url: string,
    options: { readonly useTLS?: boolean; readonly ignoreNullOrigin?: boolean },
    done: (error: unknown, socket?: Socket) => void,
  ): void;
  jsonp?(
    kind: 'auth' | 'stats',
    start: string,
    end: string,
    done: (error: unknown, data?: unknown) => void,
  ): () => void;
  /** The function that is returned removes the listener. */
  addUnloadListener(listener: Function): () => void;
  whenReady(ready: () => void): void;
  isReady(): boolean;
  /** Milliseconds that never go back. */
  now(): number;
  wallClock(): number;
  setTimeout(f: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
  /** From 0 to max - 1. */
  randomInt(max: number): number;

  /* Of pusher-js alone. */
  readonly setup?: unknown;
  readonly getAuthorizers?: unknown;
  readonly TimelineTransport?: unknown;
  readonly getDefaultStrategy?: unknown;
  readonly Transports?: unknown;
  readonly removeUnloadListener?: unknown;
  readonly transportConnectionInitializer?: unknown;
  readonly HTTPFactory?: unknown;
  readonly createSocketRequest?: unknown;
  readonly createScriptRequest?: unknown;
  readonly createJSONPRequest?: unknown;
  readonly ScriptReceivers?: unknown;
  readonly isXDRSupported?: unknown;
}

/** Functions that scripts call back; each has a number. Pages only. */
export interface ScriptReceiverFactory {
  create(callback: Function): ScriptReceiver;
  remove(receiver: ScriptReceiver): void;
}

export interface ScriptReceiver {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly callback: Function;
}

/** Fetches files that belong to the library. Pages only. */
export interface DependencyLoader {
  load(name: string, options: { useTLS?: boolean }, callback: Function): void;
  getRoot(options: { useTLS?: boolean }): string;
  getPath(name: string, options: { useTLS?: boolean }): string;
}

export interface DependencyLoaderOptions {
  cdn_http: string;
  cdn_https: string;
  version: string;
  suffix: string;
  receivers?: ScriptReceiverFactory;
}

/** An entry of `Pusher.authorizers`; the callback's first argument is true on a failure. */
export type ChannelAuthorizer = (
  this: EventData,
  socketId: string,
  callback: (failed: EventData, data?: EventData) => void,
) => void;

// --- The client

interface Pusher extends Emitter {}

/** A client. It connects when it is made, in a page as soon as that has a body. */
declare class Pusher {
  /** Every client that was made. */
  static instances: Pusher[];
  static isReady: boolean;
  /** Print log lines to the console. */
  static logToConsole: boolean;
  /** Gets each log line. */
  static log: ((message: EventData) => void) | undefined;
  static Runtime: Runtime;
  static readonly VERSION: string;
  static readonly PROTOCOL: number;
  /** How channels are authorized, by the name of the transport. Entries may be replaced. */
  static authorizers: Record<string, ChannelAuthorizer>;
  /** Connects all clients. */
  static ready(): void;
  /** In the builds that have the engine in a file of its own: fetches it from beside the script, or takes it
   *  from elsewhere: a URL, the bytes, or a WebAssembly.Module. Must be awaited before the first client is
   *  made. In the others it has nothing to do. */
  static load(engine?: string | object): Promise<void>;

  /* Pages only. */
  static ScriptReceivers: ScriptReceiverFactory;
  static DependenciesReceivers: ScriptReceiverFactory;
  static ScriptReceiverFactory: new (prefix: string, name: string) => ScriptReceiverFactory;
  static DependencyLoader: new (options: DependencyLoaderOptions) => DependencyLoader;
  static Dependencies: DependencyLoader;
  static auth_callbacks: Record<string, EventData>;
  static cdn_http: string;
  static cdn_https: string;
  static dependency_suffix: string;

  readonly key: string;
  readonly options: Options;
  readonly config: Config;
  readonly channels: Channels;
  readonly connection: ConnectionManager;
  readonly user: User;
  readonly global_emitter: Emitter;
  readonly sessionID: number;

  constructor(key: string, options?: Options);

  connect(): void;
  disconnect(): void;
  /** Gives the channel at once; bind to `pusher:subscription_succeeded` to hear when it is subscribed.
   *  For presence channels it is a `PresenceChannel`. */
  subscribe(name: string): Channel;
  unsubscribe(name: string): void;
  subscribeAll(): void;
  channel(name: string): Channel;
  allChannels(): Channel[];
  /** False: not connected, nothing was sent. */
  send_event(event: string, data: EventData, channel?: string): boolean;
  shouldUseTLS(): boolean;
  /** The name of `shouldUseTLS` before version 4.3. */
  isEncrypted(): boolean;
  signin(): void;
  /** Connects to another cluster with another key; the channels stay. */
  switchCluster(options: ClusterOptions): void;

  /* Of pusher-js alone. */
  readonly timeline?: unknown;
  readonly timelineSender?: unknown;
  readonly timelineSenderTimer?: unknown;
}

export default Pusher;
