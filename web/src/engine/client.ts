/**
 * One client of the engine. Calls go in, actions come out and are carried out at once, also those of a call
 * from within a handler. What the network says meanwhile waits until all are carried out.
 */
import type { Runtime } from '../runtime/runtime';
import { engine as sharedEngine } from './engine';
import type { Engine } from './engine';
import { Actions, KEY } from './actions';
import type { MemberRecord } from './actions';
import { LogLevel, Result, Word } from './exports';
import type { ChannelKind } from './exports';
import { Inbox } from './inbox';
import { Memory } from './memory';
import type { Owner } from './owner';

const LONGEST_TIMER = 0x7fffffff;

/** Refused when it was made: the sentence names the option. */
export class OptionError extends Error {}

export class Client {
  private readonly engine: Engine;
  private readonly handle: number;
  private readonly inbox: Inbox;
  private readonly actions: Actions;
  private readonly waiting: (() => void)[] = [];
  /* What handlers have thrown since the engine was called; null: nothing. */
  private errors: unknown[] | null = null;
  private depth = 0;
  private level = 0;
  private timer: unknown = null;
  private timerAt = Infinity;

  /** `options` gives them as JSON, of the names that are known; `runtime` gives the object of the moment. */
  constructor(
    options: (names: readonly string[]) => string,
    private readonly owner: Owner,
    private readonly runtime: () => Runtime,
    /** What is to be logged now. */
    private readonly logLevel: () => LogLevel,
  ) {
    this.engine = sharedEngine();
    const { exports, memory } = this.engine;
    const random = (): number => runtime().randomInt(2 ** 32) * 2 ** 16 + runtime().randomInt(2 ** 16);
    const [address, length] = this.room(options(this.engine.optionNames));
    this.handle = exports.px_web_new(address!, length!, random(), random(), this.now());
    if (!this.handle) {
      const result = memory.signed(Word.Result);
      throw new OptionError(
        result === Result.Argument ? `Pusher: ${memory.recordText(Word.Text)}`
        : result === Result.NoMemory ? 'Pusher: there is no memory left for another client'
        : 'Pusher: the options are too long',
      );
    }
    this.inbox = new Inbox(this.engine, this.handle);
    this.actions = new Actions(memory, this.inbox);
    exports.px_web_wall_clock(this.handle, runtime().wallClock());
  }

  private now(): number {
    return this.runtime().now();
  }

  /** Writes the texts of a call: address and length of each. */
  private room(...texts: string[]): number[] {
    const { exports, memory } = this.engine;
    let size = 1;
    for (const text of texts) size += Memory.capacity(text);
    let address = exports.px_web_room(size) >>> 0;
    if (!address) throw new RangeError('Pusher: there is no memory for a text of this length');
    const places: number[] = [];
    for (const text of texts) {
      const length = memory.write(address, text);
      places.push(address, length);
      address += length;
    }
    return places;
  }

  /* ---- Carrying out ---- */

  /** A handler threw: the others go on, and the caller of the engine hears of it when all have run. */
  caught(error: unknown): void {
    (this.errors ??= []).push(error);
  }

  private setLevel(): void {
    const level = this.logLevel();
    if (level === this.level) return;
    this.level = level;
    this.engine.exports.px_web_log_level(this.handle, level);
  }

  /** Carries out actions; `first` is the type of one that is in the record already. */
  private carryOut(first?: number): void {
    const { exports } = this.engine;
    const outer = this.errors;
    const next = this.depth ? exports.px_web_next_queued : exports.px_web_next;
    this.errors = null;
    this.depth++;
    for (let type = first ?? next(this.handle); type; type = next(this.handle)) {
      try {
        this.actions.carryOut(type, this.owner);
      } catch (error) {
        this.caught(error);
      }
    }
    this.depth--;
    if (!this.depth) this.settle();
    const errors = this.errors as unknown[] | null;
    this.errors = outer;
    if (errors) this.rethrow(errors);
  }

  /* The queue is empty: there is a deadline, and the network may speak again. */
  private settle(): void {
    this.arm(this.engine.memory.deadline);
    while (this.waiting.length) {
      try {
        this.waiting.shift()!();
      } catch (error) {
        this.caught(error);
      }
    }
  }

  /* The first goes to the caller; none of the others is lost. */
  private rethrow(errors: unknown[]): never {
    for (const error of errors.slice(1)) {
      this.runtime().setTimeout(() => {
        throw error;
      }, 0);
    }
    throw errors[0];
  }

  /** A call of the application, from a handler or not. What is due fires in a turn of its own: others may follow. */
  private call<T>(f: () => T): T {
    this.setLevel();
    if (!this.depth) this.engine.exports.px_web_tell_time(this.handle, this.now());
    const result = f();
    this.carryOut();
    return result;
  }

  /**
   * Something that the network says, or the clock. What is due fires afterwards: a message that is here may be what
   * it waits for.
   */
  private input(f: () => void): void {
    if (this.depth) this.waiting.push(() => this.input(f));
    else this.call(f);
  }

  /* ---- Time ---- */

  /* A timer that fires too early is cheap, one that is set anew for each message is not. Where nothing is to come
   * there is none: it would keep a program from ending. */
  private arm(deadline: number): void {
    if (deadline >= this.timerAt && deadline !== Infinity) return;
    if (this.timer !== null) this.runtime().clearTimeout(this.timer);
    this.timer = null;
    this.timerAt = deadline;
    if (deadline === Infinity) return;
    const wait = Math.min(Math.max(Math.ceil(deadline - this.now()), 0), LONGEST_TIMER);
    this.timer = this.runtime().setTimeout(() => {
      this.timer = null;
      this.timerAt = Infinity;
      this.input(() => this.engine.exports.px_web_tick(this.handle, this.now()));
    }, wait);
  }

  /* ---- What the application asks for ---- */

  restore(key: string, data: string): void {
    const [k, kLength, d, dLength] = this.room(key, data);
    this.engine.exports.px_web_restore(this.handle, k!, kLength!, d!, dLength!);
  }

  connect(): void {
    this.call(() => this.engine.exports.px_web_connect(this.handle));
  }

  disconnect(): void {
    this.call(() => this.engine.exports.px_web_disconnect(this.handle));
  }

  /** `known` is told the channel's id before anything else happens. Returns a result. */
  subscribe(name: string, known: (channel: number) => void): Result {
    return this.call(() => {
      const [address, length] = this.room(name);
      const channel = this.engine.exports.px_web_subscribe(this.handle, address!, length!) >>> 0;
      if (!channel) return this.engine.memory.signed(Word.Result);
      known(channel);
      return Result.Ok;
    });
  }

  signin(): Result {
    return this.call(() => this.engine.exports.px_web_signin(this.handle));
  }

  switchTo(key: string, cluster: string): Result {
    return this.call(() => {
      const [k, kLength, c, cLength] = this.room(key, cluster);
      return this.engine.exports.px_web_switch(this.handle, k!, kLength!, c!, cLength!);
    });
  }

  unsubscribe(name: string): void {
    this.call(() => {
      const [address, length] = this.room(name);
      this.engine.exports.px_web_unsubscribe(this.handle, address!, length!);
    });
  }

  /** `data` is JSON; empty: none. Returns a result. */
  trigger(channel: number, event: string, data: string): Result {
    return this.call(() => {
      const [e, eLength, d, dLength] = this.room(event, data);
      return this.engine.exports.px_web_trigger(this.handle, channel, e!, eLength!, d!, dLength!);
    });
  }

  sendEvent(event: string, data: string, channel: string): Result {
    return this.call(() => {
      const [e, eLength, d, dLength, c, cLength] = this.room(event, data, channel);
      return this.engine.exports.px_web_send_event(
        this.handle, e!, eLength!, d!, dLength!, c!, cLength!,
      );
    });
  }

  send(message: string): Result {
    return this.call(() => {
      const [address, length] = this.room(message);
      return this.engine.exports.px_web_send(this.handle, address!, length!);
    });
  }

  /** `json`: {"params": {...}, "headers": {...}}, of texts. */
  authorizeWith(id: number, json: string): Result {
    return this.call(() => {
      const [address, length] = this.room(json);
      return this.engine.exports.px_web_authorize_with(this.handle, id, address!, length!);
    });
  }

  /** `json`: what an authorization endpoint answers. */
  authorized(id: number, json: string): Result {
    return this.call(() => {
      const [address, length] = this.room(json);
      return this.engine.exports.px_web_authorized(this.handle, id, address!, length!);
    });
  }

  authorizeFailed(id: number, status: number, message: string): void {
    this.call(() => {
      const [address, length] = this.room(message);
      this.engine.exports.px_web_authorize_failed(this.handle, id, status, address!, length!);
    });
  }

  /** The sealed event that is being carried out can't be opened. To be told before anything else is called. */
  notOpened(): void {
    this.engine.exports.px_web_not_opened(this.handle);
  }

  noCallbacks(channel: string, event: string): void {
    if (this.level < LogLevel.Debug) return;
    this.call(() => {
      const [c, cLength, e, eLength] = this.room(channel, event);
      this.engine.exports.px_web_no_callbacks(this.handle, c!, cLength!, e!, eLength!);
    });
  }

  /* ---- What the network says ---- */

  network(online: boolean): void {
    this.input(() => this.engine.exports.px_web_network(this.handle, online ? 1 : 0));
  }

  opened(transport: number): void {
    this.input(() => this.engine.exports.px_web_opened(this.handle, transport));
  }

  message(transport: number, message: string): void {
    if (this.depth) {
      this.waiting.push(() => this.message(transport, message));
      return;
    }
    const length = this.inbox.put(message);
    if (length < 0) {
      this.owner.close(transport);
      return this.closed(transport, 1009, '', false, Result.NoMemory, 'there is no memory for a message of this length');
    }
    this.setLevel();
    this.carryOut(this.engine.exports.px_web_message(this.handle, transport, length, this.now()));
  }

  closed(
    transport: number, code: number, reason: string, clean: boolean, result: Result, message: string,
  ): void {
    this.input(() => {
      const [reasonLength, messageLength] = this.inbox.putTwo(reason, message);
      this.engine.exports.px_web_closed(
        this.handle, transport, code, reasonLength, clean ? 1 : 0, result, messageLength,
      );
    });
  }

  progress(request: number, status: number, piece: string): void {
    this.input(() => {
      const length = this.inbox.put(piece);
      if (length < 0) {
        this.owner.cancel(request);
        this.done(request, 0, '', Result.NoMemory, 'there is no memory for an answer of this length');
        return;
      }
      this.engine.exports.px_web_progress(this.handle, request, status, length);
    });
  }

  done(request: number, status: number, body: string, result: Result, message: string): void {
    this.input(() => {
      const [length, messageLength] = this.inbox.putTwo(body, message);
      this.engine.exports.px_web_done(this.handle, request, status, length, result, messageLength);
    });
  }

  /* ---- Looking ---- */

  channel(channel: number): ChannelInfo | undefined {
    const { exports, memory } = this.engine;
    if (!exports.px_web_channel(this.handle, channel)) return undefined;
    const count = memory.signed(Word.Text + 4);
    return {
      kind: memory.word(Word.Text),
      subscribed: memory.word(Word.Text + 1) !== 0,
      pending: memory.word(Word.Text + 2) !== 0,
      cancelled: memory.word(Word.Text + 3) !== 0,
      count: count < 0 ? undefined : count,
    };
  }

  /** A copy of an encrypted channel's key; undefined: there is none. */
  key(channel: number): Uint8Array | undefined {
    const { exports, memory } = this.engine;
    const address = exports.px_web_channel(this.handle, channel) ? memory.word(Word.Text + 5) : 0;
    return address ? memory.view(address, KEY).slice() : undefined;
  }

  memberCount(channel: number): number {
    return this.engine.exports.px_web_member_count(this.handle, channel);
  }

  member(channel: number, id: string): MemberRecord | undefined {
    const [address, length] = this.room(id);
    const found = this.engine.exports.px_web_member(this.handle, channel, address!, length!);
    return found ? this.actions.member(Word.Text) : undefined;
  }

  me(channel: number): MemberRecord | undefined {
    return this.engine.exports.px_web_member_me(this.handle, channel) ? this.actions.member(Word.Text) : undefined;
  }

  members(channel: number): MemberRecord[] {
    const { exports, memory } = this.engine;
    const found: MemberRecord[] = [];
    for (let cursor = 0; exports.px_web_next_member(this.handle, channel, cursor); ) {
      cursor = memory.word(Word.Id);
      found.push(this.actions.member(Word.Text));
    }
    return found;
  }
}

export interface ChannelInfo {
  readonly kind: ChannelKind;
  readonly subscribed: boolean;
  readonly pending: boolean;
  readonly cancelled: boolean;
  readonly count: number | undefined;
}
