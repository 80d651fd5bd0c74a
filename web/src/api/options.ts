/**
 * The options of both eras, and how they become the engine's. The engine checks them and knows their defaults;
 * here stands only what is JavaScript's: the page's protocol, what the platform lacks, functions.
 */
import type { LogLevel } from '../engine/exports';
import type { Runtime } from '../runtime/runtime';
import { authenticationOf, authorizationOf } from './authorization';
import type { AuthorizationCallback } from './authorization';
import type { Channel } from './channel';
import { toTexts } from './json';

export interface AuthOptions {
  params?: Record<string, unknown> | undefined;
  headers?: Record<string, unknown> | undefined;
}

export interface RequestOptions extends AuthOptions {
  transport?: string | undefined;
  endpoint?: string | undefined;
  paramsProvider?: (() => Record<string, unknown>) | undefined;
  headersProvider?: (() => Record<string, unknown>) | undefined;
}

export interface ChannelAuthorization extends RequestOptions {
  customHandler?:
    | ((params: { socketId: string; channelName: string }, callback: AuthorizationCallback) => void)
    | undefined;
}

export interface UserAuthentication extends RequestOptions {
  customHandler?: ((params: { socketId: string }, callback: AuthorizationCallback) => void) | undefined;
}

export type AuthorizerGenerator = (
  channel: Channel,
  options: { authTransport: string | undefined; authEndpoint: string | undefined; auth: AuthOptions },
) => { authorize(socketId: string, callback: AuthorizationCallback): void };

/** Options that the engine has under the same name are not listed: it checks them. */
export interface PusherOptions {
  readonly [name: string]: unknown;
  cluster?: string | null;
  encrypted?: boolean;
  forceTLS?: boolean;
  authEndpoint?: string;
  authTransport?: string;
  auth?: AuthOptions;
  authorizer?: AuthorizerGenerator;
  channelAuthorization?: ChannelAuthorization;
  userAuthentication?: UserAuthentication;
  disabledTransports?: readonly string[] | null;
  ignoreNullOrigin?: boolean;
  timelineParams?: Record<string, unknown>;
}

/** Connect over TLS: in a secure page always, elsewhere unless it was said not to. */
export function usesTLS(options: PusherOptions, runtime: Runtime): boolean {
  if (runtime.getProtocol() === 'https:' || options.forceTLS === true) return true;
  return options.forceTLS !== false && options.encrypted !== false;
}

/* Transports, and whether the platform has what they need. */
const NEEDS: readonly (readonly [string, (runtime: Runtime) => boolean])[] = [
  ['ws', (runtime) => runtime.getWebSocketAPI() !== undefined],
  ['wss', (runtime) => runtime.getWebSocketAPI() !== undefined],
  ['xhr_streaming', (runtime) => runtime.isXHRSupported()],
  ['xhr_polling', (runtime) => runtime.isXHRSupported()],
  ['sockjs', (runtime) => runtime.isSockJSSupported()],
];

function missing(runtime: Runtime): string[] {
  return NEEDS.filter(([, has]) => !has(runtime)).map(([name]) => name);
}

/** The engine's options as JSON. `names`: those that it knows. */
export function engineOptions(
  key: unknown,
  options: PusherOptions,
  names: readonly string[],
  runtime: Runtime,
  version: string,
  logLevel: LogLevel,
): string {
  const { transport, endpoint } = authorizationOf(options);
  const user = authenticationOf(options);
  const given: Record<string, unknown> = {};
  for (const name of names) {
    const value = options[name];
    if (value !== undefined && value !== null) given[name] = value;
  }
  return JSON.stringify({
    ...given,
    key: String(key),
    plain: !usesTLS(options, runtime),
    disabledTransports: [...(options.disabledTransports ?? []), ...missing(runtime)],
    authEndpoint: endpoint,
    authTransport: transport === 'jsonp' ? 'jsonp' : 'ajax',
    'userAuth.endpoint': user.endpoint,
    'userAuth.transport': user.transport,
    encryption: Boolean(options.nacl),
    askAuthorization: true,
    askUserAuthentication: true,
    sockjsClient: true,
    statsTransport: runtime.jsonp ? 'jsonp' : 'xhr',
    timelineParams: timelineParams(options.timelineParams),
    clientName: 'js',
    clientVersion: version,
    logLevel,
  });
}

/* Statistics hold texts; whatever else is given is told as JSON. */
function timelineParams(params: Record<string, unknown> | undefined): Record<string, string> {
  const texts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params ?? {})) {
    texts[name] = typeof value === 'object' ? JSON.stringify(value) : value;
  }
  return toTexts(texts);
}
