/**
 * What pusher.wasm exports: the other side of web/wasm/web.h. Pointers, lengths and ids are numbers, times
 * milliseconds as doubles, flags 0 and 1.
 */
export interface EngineExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  px_web_record(): number;
  px_web_room(size: number): number;
  px_web_inbox(client: number, size: number): number;

  px_web_option(index: number): number;
  px_web_new(json: number, length: number, seed0: number, seed1: number, now: number): number;
  px_web_restore(client: number, key: number, keyLength: number, data: number, dataLength: number): void;
  px_web_log_level(client: number, level: number): void;

  px_web_tick(client: number, now: number): void;
  px_web_tell_time(client: number, now: number): void;
  px_web_wall_clock(client: number, unix: number): void;
  px_web_next(client: number): number;
  px_web_next_queued(client: number): number;

  px_web_connect(client: number): void;
  px_web_disconnect(client: number): void;
  px_web_signin(client: number): number;
  px_web_switch(client: number, key: number, keyLength: number, cluster: number, clusterLength: number): number;
  px_web_subscribe(client: number, name: number, length: number): number;
  px_web_unsubscribe(client: number, name: number, length: number): void;
  px_web_trigger(
    client: number, channel: number, event: number, eventLength: number, data: number, dataLength: number,
  ): number;
  px_web_send_event(
    client: number, event: number, eventLength: number, data: number, dataLength: number,
    channel: number, channelLength: number,
  ): number;
  px_web_send(client: number, text: number, length: number): number;
  px_web_network(client: number, online: number): void;
  px_web_no_callbacks(
    client: number, channel: number, channelLength: number, event: number, eventLength: number,
  ): void;
  px_web_authorize_with(client: number, id: number, json: number, length: number): number;
  px_web_authorized(client: number, id: number, json: number, length: number): number;
  px_web_authorize_failed(client: number, id: number, status: number, message: number, length: number): void;
  px_web_not_opened(client: number): void;

  px_web_message(client: number, id: number, length: number, now: number): number;
  px_web_opened(client: number, id: number): void;
  px_web_closed(
    client: number, id: number, code: number, reasonLength: number, clean: number, result: number,
    messageLength: number,
  ): void;
  px_web_progress(client: number, id: number, status: number, length: number): void;
  px_web_done(
    client: number, id: number, status: number, length: number, result: number, messageLength: number,
  ): void;

  px_web_channel(client: number, channel: number): number;
  px_web_member_count(client: number, channel: number): number;
  px_web_member(client: number, channel: number, id: number, length: number): number;
  px_web_member_me(client: number, channel: number): number;
  px_web_next_member(client: number, channel: number, cursor: number): number;
}

/** Words of the record (web.h). */
export const enum Word {
  Result = 2,
  Id = 3,
  Text = 4,
}

/** Types of actions (core.h), which px_web_next gives. */
export const enum Action {
  Open = 1,
  Send,
  Close,
  Request,
  Cancel,
  Authorize,
  Store,
  State,
  Event,
  Log,
  User,
  ChannelGone,
}

/** How far an event goes (core.h). */
export const enum Target {
  Channel = 1,
  Client = 2,
  Connection = 4,
  User = 8,
  Watchlist = 16,
}

/** What kind of payload an event has (core.h). */
export const enum DataType {
  None,
  String,
  Json,
  Members,
  Member,
  Error,
  Delay,
  Sealed,
}

export const enum ChannelKind {
  Public,
  Private,
  Presence,
  Encrypted,
}

export const enum RequestKind {
  ChannelAuthorization,
  UserAuthentication,
  Receive,
}

export const enum TransportKind {
  WebSocket,
  SockJS,
}

export const enum LogLevel {
  Error = 1,
  Warn,
  Debug,
}

/** Results that JavaScript tells apart or gives (result.h). */
export const enum Result {
  Ok = 0,
  NoMemory = -1,
  Limit = -2,
  Argument = -3,
  State = -4,
  NotFound = -5,
  Syntax = -6,
  Timeout = -27,
}

/** Names of states, in the order of px_state. */
export const STATES = [
  'initialized', 'connecting', 'connected', 'unavailable', 'failed', 'disconnected',
] as const;
export type State = (typeof STATES)[number];
