/**
 * Who authorizes a channel: a handler of the program, or the engine's own request with the program's parameters
 * and headers. All are read anew for each request: programs change tokens in place.
 */
import type { Runtime } from '../runtime/runtime';
import type { Channel } from './channel';
import { messageOf, statusOf } from './errors';
import { toTexts } from './json';
import type { AuthOptions, ChannelAuthorization, PusherOptions, RequestOptions, UserAuthentication } from './options';

export type AuthorizationCallback = (error: unknown, data?: unknown) => void;

/** The engine's side of the question. */
export interface Answer {
  /** The engine makes the request; texts to add to it. */
  ask(params: Record<string, string>, headers: Record<string, string>): void;
  authorized(data: unknown): void;
  failed(status: number, message: string): void;
}

/** What a function in `Pusher.authorizers` has as `this`. */
export interface AuthorizerContext {
  readonly channel: Channel;
  readonly options: PusherOptions;
  readonly authOptions: AuthOptions;
  readonly type: string;
  readonly endpoint: string;
  readonly runtime: Runtime;
  composeQuery(socketId: string): string;
}

/** An entry of `Pusher.authorizers`. The callback's first argument is true on a failure. */
export type Authorizer = (this: AuthorizerContext, socketId: string, callback: AuthorizationCallback) => void;

export type Authorizers = Record<string, Authorizer>;

export const DEFAULT_ENDPOINT = '/pusher/auth';

/** The transport and endpoint that count: the new option wins whole over the old ones. */
export function authorizationOf(options: PusherOptions): ChannelAuthorization {
  const { channelAuthorization } = options;
  if (channelAuthorization) return { transport: 'ajax', endpoint: DEFAULT_ENDPOINT, ...channelAuthorization };
  return {
    transport: options.authTransport || 'ajax',
    endpoint: options.authEndpoint || DEFAULT_ENDPOINT,
  };
}

/** An answer that takes the first call only. */
function once(answer: Answer): AuthorizationCallback {
  let answered = false;
  return (error, data) => {
    if (answered) return;
    answered = true;
    if (error === true) {
      answer.failed(typeof data === 'number' ? data : statusOf(data), typeof data === 'string' ? data : messageOf(data));
    } else if (error) {
      answer.failed(statusOf(error), messageOf(error));
    } else {
      answer.authorized(data);
    }
  };
}

/** The engine makes the request. */
function askEngine(given: RequestOptions, answer: Answer): void {
  answer.ask(
    { ...toTexts(given.params), ...toTexts(given.paramsProvider?.()) },
    { ...toTexts(given.headers), ...toTexts(given.headersProvider?.()) },
  );
}

function contextOf(options: PusherOptions, channel: Channel, runtime: Runtime): AuthorizerContext {
  const { auth } = options;
  const { transport = 'ajax', endpoint = DEFAULT_ENDPOINT } = authorizationOf(options);
  return {
    channel,
    options,
    authOptions: auth ?? {},
    type: transport,
    endpoint,
    runtime,
    composeQuery(socketId) {
      const fields: [string, string][] = [['socket_id', socketId], ['channel_name', channel.name]];
      return [...fields, ...Object.entries(toTexts(auth?.params))]
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join('&');
    },
  };
}

/* `builtIn` says which authorizers are the library's own. */
type BuiltIn = (authorizer: Authorizer) => boolean;

/* A function of the program's own in Pusher.authorizers. */
function ownAuthorizer(options: PusherOptions, authorizers: Authorizers, builtIn: BuiltIn): Authorizer | undefined {
  const chosen = authorizers[authorizationOf(options).transport ?? 'ajax'];
  return chosen && !builtIn(chosen) ? chosen : undefined;
}

/** True when the program authorizes channels itself: it is asked for each of them. */
export function authorizesItself(options: PusherOptions, authorizers: Authorizers, builtIn: BuiltIn): boolean {
  const { channelAuthorization, authorizer } = options;
  const own = channelAuthorization ? channelAuthorization.customHandler : authorizer;
  return Boolean(own ?? ownAuthorizer(options, authorizers, builtIn));
}

/** Answers the engine's question for a channel; without one, for many together. */
export function authorize(
  options: PusherOptions,
  channel: Channel | undefined,
  socketId: string,
  authorizers: Authorizers,
  builtIn: BuiltIn,
  runtime: Runtime,
  answer: Answer,
): void {
  const { channelAuthorization, authorizer } = options;
  try {
    if (!channel) {
      askEngine(channelAuthorization ?? options.auth ?? {}, answer);
      return;
    }
    if (channelAuthorization?.customHandler) {
      channelAuthorization.customHandler({ socketId, channelName: channel.name }, once(answer));
      return;
    }
    if (!channelAuthorization && authorizer) {
      const { auth = {} } = options;
      const { transport, endpoint } = authorizationOf(options);
      const made = authorizer(channel, {
        authTransport: transport,
        authEndpoint: endpoint,
        auth: { params: auth.params, headers: auth.headers },
      });
      made.authorize(socketId, once(answer));
      return;
    }
    const chosen = ownAuthorizer(options, authorizers, builtIn);
    if (chosen) chosen.call(contextOf(options, channel, runtime), socketId, once(answer));
    else askEngine(channelAuthorization ?? options.auth ?? {}, answer);
  } catch (error) {
    answer.failed(statusOf(error), messageOf(error));
  }
}

/** Where and how users are authenticated; the engine has the defaults. */
export function authenticationOf(options: PusherOptions): UserAuthentication {
  return options.userAuthentication ?? {};
}

/** Answers the engine's question for the user. */
export function authenticate(options: PusherOptions, socketId: string, answer: Answer): void {
  const authentication = authenticationOf(options);
  try {
    if (authentication.customHandler) authentication.customHandler({ socketId }, once(answer));
    else askEngine(authentication, answer);
  } catch (error) {
    answer.failed(statusOf(error), messageOf(error));
  }
}
