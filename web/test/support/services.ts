// What integration tests talk to: a real server, an application that publishes to it, and relays that make
// the way to it bad. The site that the suites come from offers them (test/lib/services.mjs).
import { Pusher } from './subject';
import type { Channel, Emitter, Options, PusherConstructor, PusherInstance } from './surface';

interface Config {
  key: string;
  host: string;
  port: number;
  tlsPort: number;
  /** The endpoint that authorizes everybody, by POST and by script. */
  auth: string;
  /** Where the controls are; '/' in pages. */
  site?: string;
  /** Started by the runner, which sees to it that nothing need be left out. */
  strict?: boolean;
  library: string;
}

const PATIENCE_MS = 15_000;

export const config = (globalThis as { PusherConfig?: Config }).PusherConfig as Config;

// ---- The application and the network ----

async function control<Result>(name: string, body: unknown = {}): Promise<Result> {
  const response = await fetch(`${config.site ?? '/'}control/${name}`, { method: 'POST', body: JSON.stringify(body) });
  const result: unknown = await response.json();
  if (!response.ok) throw new Error(`${name}: ${String(result)}`);
  return result as Result;
}

export const publish = (channel: string, name: string, data: unknown): Promise<void> =>
  control('publish', { channel, name, data });

/** Sealed with a key of that generation: 0 or 1. */
export const publishSealed = (channel: string, name: string, data: unknown, generation: number): Promise<void> =>
  control('publish', { channel, name, data, generation });

/** What an endpoint of the application answers whose keys are of that generation. */
export const authorize = (socketId: string, channelName: string, generation: number): Promise<unknown> =>
  control('authorize', { socketId, channelName, generation });

/** Events with { n: 0 }, { n: 1 } and so on, in order. */
export const publishMany = (channel: string, name: string, first: number, count: number): Promise<void> =>
  control('publishMany', { channel, name, first, count });

/** What an application answers to a client that signs in its user; or, with a channel, that enters it as the user. */
export const authenticate = (socketId: string, user: Record<string, unknown>, channel?: string): Promise<unknown> =>
  control('authenticate', { socketId, user, channel });

export const sendToUser = (user: string, name: string, data: unknown): Promise<void> =>
  control('sendToUser', { user, name, data });

/** Ends all connections of a user who is signed in. */
export const terminateUser = (user: string): Promise<void> => control('terminateUser', { user });

/** The channels with subscribers, by the server's word. */
export const channelsAtServer = (prefix: string): Promise<string[]> => control('channels', { prefix });

export interface Relay {
  port: number;
  /** pass, refuse (nobody listens), silence (nothing gets through, nobody is told), cut (what is connected). */
  set(mode: 'pass' | 'refuse' | 'silence' | 'cut'): Promise<void>;
}

/** A relay to the server for one test. */
export async function withRelay(use: (relay: Relay) => Promise<void>, options: { tls?: boolean } = {}): Promise<void> {
  const port = await control<number>('relay', options);
  try {
    await use({ port, set: (mode) => control('relaySet', { port, mode }) });
  } finally {
    await control('relayEnd', { port });
  }
}

// ---- Clients ----

/** What is given as undefined is not there at all: a member that is would put older options out of force. */
export function optionsFor(options: Options = {}): Options {
  const all: Options = {
    cluster: '',
    wsHost: config.host,
    wsPort: config.port,
    wssPort: config.tlsPort,
    httpHost: config.host,
    httpPort: config.port,
    httpsPort: config.tlsPort,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: { endpoint: config.auth, transport: 'ajax' },
    ...options,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Authorization as a member called so. */
export const as = (id: string, transport = 'ajax'): Options => ({
  channelAuthorization: {
    endpoint: config.auth,
    transport,
    params: { user_id: id, user_info: JSON.stringify({ name: `The ${id}` }) },
  },
});

export interface Clients {
  /** A client that is disconnected with the test. */
  make(options?: Options, constructor?: PusherConstructor): PusherInstance;
}

/** For the body of a `describe`. */
export function useClients(): Clients {
  let made: PusherInstance[] = [];
  // What one test found to work is nothing for the next one to begin with.
  beforeEach(() => {
    const storage = Pusher.Runtime.getLocalStorage() as Storage | undefined;
    for (const mode of ['TLS', 'NonTLS']) storage?.removeItem(`pusherTransport${mode}`);
  });
  afterEach(() => {
    for (const pusher of made) {
      try {
        pusher.disconnect();
      } catch {
        // its frame is gone
      }
    }
    made = [];
    Pusher.log = undefined;
  });
  return {
    make(options = {}, constructor = Pusher) {
      const pusher = new constructor(config.key, optionsFor(options));
      made.push(pusher);
      return pusher;
    },
  };
}

// ---- Waiting ----

/** The promise, or an error that says what did not happen. */
export function soon<Value>(promise: Promise<Value>, what: string, ms = PATIENCE_MS): Promise<Value> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in vain: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Arguments of the next such event (that the condition holds for). */
export function next(
  emitter: Emitter,
  event: string,
  condition: (...args: unknown[]) => boolean = () => true,
): Promise<unknown[]> {
  const promise = new Promise<unknown[]>((resolve) => {
    const handler = (...args: unknown[]): void => {
      if (!condition(...args)) return;
      emitter.unbind(event, handler);
      resolve(args);
    };
    emitter.bind(event, handler);
  });
  return soon(promise, event);
}

export async function connected(pusher: PusherInstance): Promise<PusherInstance> {
  if (pusher.connection.state !== 'connected') await next(pusher.connection, 'connected');
  return pusher;
}

export async function subscribed(pusher: PusherInstance, name: string): Promise<Channel> {
  const channel = pusher.subscribe(name);
  if (channel.subscribed) return channel;
  const refused = next(channel, 'pusher:subscription_error').then(([error]) => {
    throw new Error(`${name}: ${JSON.stringify(error)}`);
  });
  refused.catch(() => undefined);
  await Promise.race([next(channel, 'pusher:subscription_succeeded'), refused]);
  return channel;
}

/** For what tells nobody when it changes. */
export async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let names = 0;
/** A name that no other test and no other page uses. */
export const uniqueName = (prefix: string): string =>
  `${prefix}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${++names}`;
