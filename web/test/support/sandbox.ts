// What each unit test stands in: a clock, sockets and requests that the test moves, all of it put in place
// before the test and taken away after it.
import FakeTimers from '@sinonjs/fake-timers';

import { FakeSocket } from './fake_socket';
import { FakeXHR } from './fake_xhr';
import { Pusher } from './subject';
import type { Channel, Handler, Options, PusherInstance } from './surface';

const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const;
const REPLACED = ['createWebSocket', 'createXHR', 'getLocalStorage', 'getNetwork'] as const;

type Clock = ReturnType<typeof FakeTimers.install>;

/** The network of the sandbox: the test says when it comes and goes. */
export class FakeNetwork {
  private bindings: [string, Handler][] = [];

  bind(event: string, handler: Handler): this {
    this.bindings.push([event, handler]);
    return this;
  }

  unbind(event?: string, handler?: Handler): this {
    this.bindings = this.bindings.filter(
      ([boundEvent, bound]) => (event && boundEvent !== event) || (handler && bound !== handler),
    );
    return this;
  }

  isOnline(): boolean {
    return true;
  }

  goes(event: 'online' | 'offline'): void {
    for (const [boundEvent, handler] of this.bindings.slice()) if (boundEvent === event) handler();
  }
}

export class Sandbox {
  sockets: FakeSocket[] = [];
  requests: FakeXHR[] = [];
  lines: string[] = [];
  network = new FakeNetwork();
  storage = new Map<string, string>();
  clock!: Clock;
  private made: PusherInstance[] = [];
  private kept: Record<string, unknown> = {};

  enter(): void {
    this.sockets = [];
    this.requests = [];
    this.lines = [];
    this.made = [];
    this.network = new FakeNetwork();
    this.storage = new Map();
    this.clock = FakeTimers.install({ toFake: [...FAKED], now: 1_700_000_000_000 });
    for (const name of REPLACED) this.kept[name] = Pusher.Runtime[name];
    Pusher.Runtime.createWebSocket = (url) => {
      const socket = new FakeSocket(url);
      this.sockets.push(socket);
      return socket;
    };
    Pusher.Runtime.createXHR = () => {
      const request = new FakeXHR();
      this.requests.push(request);
      return request;
    };
    Pusher.Runtime.getLocalStorage = () => undefined;
    Pusher.Runtime.getNetwork = (() => this.network) as unknown as typeof Pusher.Runtime.getNetwork;
    Pusher.log = undefined;
    Pusher.logToConsole = false;
  }

  leave(): void {
    for (const pusher of this.made) {
      pusher.unbind_all();
      pusher.connection.unbind_all();
      pusher.disconnect();
    }
    Object.assign(Pusher.Runtime, this.kept);
    Pusher.log = undefined;
    Pusher.logToConsole = false;
    this.clock.uninstall();
  }

  /** A client that is disconnected with the test. */
  pusher(options: Options = {}, key: unknown = 'key'): PusherInstance {
    const pusher = new Pusher(key, { cluster: 'mt1', enabledTransports: ['ws'], ...options });
    this.made.push(pusher);
    return pusher;
  }

  /** The same, connected, with the socket id 1.2. */
  async connected(options: Options = {}): Promise<PusherInstance> {
    const pusher = this.pusher(options);
    await this.tick();
    await this.establish();
    return pusher;
  }

  async establish(socketId = '1.2', activityTimeout: unknown = 120): Promise<void> {
    this.socket.open();
    this.socket.establish(socketId, activityTimeout);
    await this.tick();
  }

  /** A channel that the server has confirmed. */
  async subscribed(pusher: PusherInstance, name: string, data: unknown = {}): Promise<Channel> {
    const channel = pusher.subscribe(name);
    await this.tick();
    this.socket.receive('pusher_internal:subscription_succeeded', data, name);
    await this.tick();
    return channel;
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets[this.sockets.length - 1];
    if (!socket) throw new Error('No socket was opened.');
    return socket;
  }

  /** The newest request. */
  get request(): FakeXHR {
    const request = this.requests[this.requests.length - 1];
    if (!request) throw new Error('No request was made.');
    return request;
  }

  /** Lets time pass, and what is due happen. */
  async tick(ms = 1): Promise<void> {
    await this.clock.tickAsync(ms);
  }

  /** Storage in the place of the browser's. */
  useStorage(): void {
    Pusher.Runtime.getLocalStorage = () => ({
      getItem: (key: string) => this.storage.get(key) ?? null,
      setItem: (key: string, value: string) => void this.storage.set(key, String(value)),
      removeItem: (key: string) => void this.storage.delete(key),
    });
  }

  /** From now on log lines are collected. */
  collectLog(): void {
    Pusher.log = (line) => void this.lines.push(line);
  }
}

/** For the body of a `describe`. */
export function useSandbox(): Sandbox {
  const sandbox = new Sandbox();
  beforeEach(() => sandbox.enter());
  afterEach(() => sandbox.leave());
  return sandbox;
}
