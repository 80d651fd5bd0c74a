/** What the engine wants done: the owner of a client carries it out. Texts are copies. */
import type { EngineEvent } from './event';
import type { LogLevel, RequestKind, State, TransportKind } from './exports';

export interface RequestAction {
  readonly kind: RequestKind;
  readonly jsonp: boolean;
  /** Milliseconds; 0: the engine cancels by itself. */
  readonly timeout: number;
  readonly method: string;
  readonly url: string;
  /** With `jsonp`: what follows the receiver's number. */
  readonly urlEnd: string;
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
}

export interface Owner {
  open(id: number, kind: TransportKind, url: string): void;
  send(id: number, message: string): void;
  close(id: number): void;
  request(id: number, request: RequestAction): void;
  cancel(id: number): void;
  authorize(id: number, kind: RequestKind, channel: number, socketId: string): void;
  store(key: string, data: string): void;
  state(previous: State, current: State, socketId: string): void;
  event(event: EngineEvent): void;
  log(level: LogLevel, line: string): void;
  channelGone(channel: number): void;
  /** `data` is what the service says of the user, JSON. */
  user(signedIn: boolean, done: boolean, data: string): void;
}
