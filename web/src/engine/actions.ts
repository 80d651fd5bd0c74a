/** Actions of the engine, read from the record. All of one is read before anything is done about it. */
import { EngineEvent } from './event';
import type { Sealed } from './event';
import { Action, DataType, STATES, Word } from './exports';
import type { Inbox } from './inbox';
import type { Memory } from './memory';
import type { Owner } from './owner';

/* Bytes of what secretbox takes. */
export const KEY = 32;
const NONCE = 24;

/** A member as the engine knows it; the id has the type that it had in the service's message. */
export interface MemberRecord {
  readonly id: unknown;
  readonly info: unknown;
}

export class Actions {
  private readonly connectionNames = new Map<number, string>();

  constructor(
    private readonly memory: Memory,
    private readonly inbox: Inbox,
  ) {}

  /** Hands the action to its owner. */
  carryOut(type: Action, owner: Owner): void {
    if (type === Action.Event) return owner.event(this.event());
    const { memory } = this;
    const id = memory.word(Word.Id);
    const word = (index: number): number => memory.word(Word.Text + index);
    const text = (index: number): string => memory.recordText(Word.Text + index);
    switch (type) {
      case Action.Open:
        return owner.open(id, word(0), text(1));
      case Action.Send:
        return owner.send(id, text(0));
      case Action.Close:
        return owner.close(id);
      case Action.Request:
        return owner.request(id, {
          kind: word(0),
          jsonp: word(1) !== 0,
          timeout: word(2),
          method: text(3),
          url: text(5),
          urlEnd: text(7),
          body: text(9),
          headers: memory.pairs(word(11), word(12)),
        });
      case Action.Cancel:
        return owner.cancel(id);
      case Action.Authorize:
        return owner.authorize(id, word(0), word(1), text(2));
      case Action.Store:
        return owner.store(text(0), text(2));
      case Action.State:
        return owner.state(STATES[word(0)]!, STATES[word(1)]!, text(2));
      case Action.Log:
        return owner.log(word(0), text(1));
      case Action.ChannelGone:
        return owner.channelGone(word(0));
      case Action.User:
        return owner.user(word(0) !== 0, word(1) !== 0, text(2));
    }
  }

  /* The connection's names are few and never move. */
  private connectionName(address: number, length: number): string {
    if (!length) return '';
    let name = this.connectionNames.get(address);
    if (name === undefined) {
      name = this.memory.text(address, length);
      this.connectionNames.set(address, name);
    }
    return name;
  }

  private event(): EngineEvent {
    const words = this.memory.recordWords();
    const at = Word.Text;
    const dataType = words[at + 2] as DataType;
    const isSealed = dataType === DataType.Sealed;
    return new EngineEvent(
      this.inbox,
      words[at]!,
      words[at + 1]!,
      isSealed ? (words[at + 19] as DataType) : dataType,
      words[at + 3] !== 0,
      words[at + 4] !== 0,
      this.inbox.slice(words[at + 5]!, words[at + 6]!),
      words[at + 7]!,
      words[at + 8]!,
      this.inbox.slice(words[at + 9]!, words[at + 10]!),
      words[at + 11]!,
      words[at + 12]!,
      this.connectionName(words[at + 13]!, words[at + 14]!),
      dataType >= DataType.Members ? this.special(dataType) : undefined,
      isSealed ? this.sealed(words, at + 15) : undefined,
    );
  }

  private sealed(words: Uint32Array, at: number): Sealed {
    const [key, nonce, box, length] = words.subarray(at, at + 4) as unknown as [number, number, number, number];
    const { memory } = this;
    return {
      key: key ? memory.view(key, KEY) : undefined,
      nonce: memory.view(nonce, NONCE),
      box: memory.view(box, length),
    };
  }

  private special(dataType: DataType): unknown {
    const { memory } = this;
    const at = Word.Text + 15;
    switch (dataType) {
      case DataType.Member:
        return this.member(at);
      case DataType.Delay:
        return Math.round(memory.word(at + 5) / 1000); /* in seconds, as programs know it */
      case DataType.Error:
        return JSON.parse(memory.recordText(at + 6)) as unknown;
      default:
        return undefined;
    }
  }

  /** A member in the record: id, info, whether the id was a number. */
  member(at: number): { id: unknown; info: unknown } {
    const { memory } = this;
    const id = memory.recordText(at);
    const info = memory.recordText(at + 2);
    return {
      id: memory.word(at + 4) ? Number(id) : id,
      info: info ? (JSON.parse(info) as unknown) : undefined,
    };
  }
}
