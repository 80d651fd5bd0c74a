// What the suites use of the library's surface. Looser than the published types on purpose: many tests
// hand in what a program should not.

export type Handler = (...args: unknown[]) => void;

export interface Emitter {
  bind(event: unknown, handler: unknown, context?: unknown): this;
  unbind(event?: unknown, handler?: unknown, context?: unknown): this;
  bind_global(handler: unknown): this;
  bind_all(handler: unknown): this;
  unbind_global(handler?: unknown): this;
  unbind_all(): this;
}

export interface EmittingEmitter extends Emitter {
  emit(event: string, data?: unknown, metadata?: unknown): this;
}

export interface Member {
  id: unknown;
  info: unknown;
}

export interface Members {
  count: number;
  members: Record<string, unknown>;
  myID: unknown;
  me: Member | null;
  get(id: unknown): Member | null;
  each(visit: (member: Member) => void): void;
}

export interface Channel extends EmittingEmitter {
  name: string;
  pusher: PusherInstance;
  subscribed: boolean;
  subscriptionPending: boolean;
  subscriptionCancelled: boolean;
  subscriptionCount: number | undefined;
  members: Members;
  trigger(event: string, data: unknown): boolean;
}

export interface Connection extends EmittingEmitter {
  state: string;
  socket_id: string | undefined;
  connect(): void;
  disconnect(): void;
  send(text: string): boolean;
  send_event(event: string, data: unknown, channel?: string): boolean;
}

export interface User extends EmittingEmitter {
  user_data: Record<string, unknown> | null;
  signinDonePromise: Promise<unknown> | null;
  watchlist: EmittingEmitter;
}

export interface PusherInstance extends Emitter {
  key: string;
  config: Record<string, unknown>;
  connection: Connection;
  sessionID: number;
  user: User;
  subscribe(name: string): Channel;
  unsubscribe(name: string): void;
  subscribeAll(): void;
  channel(name: string): Channel | undefined;
  allChannels(): Channel[];
  connect(): void;
  disconnect(): void;
  send_event(event: string, data: unknown, channel?: string): boolean;
  shouldUseTLS(): boolean;
  isEncrypted(): boolean;
  signin(): void;
  switchCluster(options: { appKey: string; cluster: string }): void;
}

export type Options = Record<string, unknown>;

export interface ReceiverFactory {
  create(callback: Handler): Receiver;
  remove(receiver: Receiver): void;
  [number: string]: unknown;
}

export interface Receiver {
  number: number;
  id: string;
  name: string;
  callback: Handler;
}

export interface DependencyLoader {
  load(name: string, options: unknown, callback: (error: unknown, done?: (success: boolean) => void) => void): void;
  getRoot(options?: unknown): string;
  getPath(name: string, options?: unknown): string;
}

export interface RuntimeMembers {
  createWebSocket(url: string): unknown;
  createXHR(): unknown;
  getLocalStorage(): unknown;
  getNetwork(): Emitter & { isOnline(): boolean };
  [member: string]: unknown;
}

export interface PusherConstructor {
  new (key: unknown, options?: unknown): PusherInstance;
  readonly prototype: PusherInstance;
  instances: PusherInstance[];
  isReady: boolean;
  ready(): void;
  log: ((line: string) => void) | undefined;
  logToConsole: boolean;
  VERSION: string;
  Runtime: RuntimeMembers;
  ScriptReceivers: ReceiverFactory;
  DependenciesReceivers: ReceiverFactory;
  ScriptReceiverFactory: new (prefix: string, name: string) => ReceiverFactory;
  DependencyLoader: new (options: Record<string, unknown>) => DependencyLoader;
  Dependencies: DependencyLoader;
  auth_callbacks: Record<string, unknown>;
  authorizers: Record<string, unknown>;
  cdn_http: string;
  cdn_https: string;
  dependency_suffix: string;
}
