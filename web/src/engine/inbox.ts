/**
 * What the network said last, in the module's memory: events point into it. Where it is all ASCII its parts are
 * read from the very string that was written.
 */
import type { Engine } from './engine';
import { Memory } from './memory';

/* Below this many bytes the module keeps what it has. */
const KEPT = 65536;

export class Inbox {
  private address = 0;
  private length = 0;
  private plain = '';
  private view: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly engine: Engine,
    private readonly client: number,
  ) {}

  /* A place for texts of that many bytes; an empty view: there is none. */
  private room(size: number): Uint8Array {
    const { exports, memory } = this.engine;
    const has = this.view.length;
    if (has < size || (has > KEPT && size <= KEPT) || memory.isStale(this.view)) {
      const wanted = Math.max(size, 1024);
      this.address = exports.px_web_inbox(this.client, wanted) >>> 0;
      this.view = this.address ? memory.view(this.address, wanted) : new Uint8Array(0);
    }
    return this.view;
  }

  /** Writes a text; the number of bytes, or -1: there is no room for it. */
  put(text: string): number {
    const size = Memory.capacity(text);
    const view = this.room(size);
    if (view.length < size) return -1;
    this.length = this.engine.memory.encode(text, view);
    this.plain = this.length === text.length ? text : '';
    return this.length;
  }

  /** Writes two texts, one behind the other; the lengths of both, 0 where there is no room. */
  putTwo(first: string, second: string): [number, number] {
    const both = first + second;
    const total = this.put(both);
    this.plain = '';
    if (total < 0) return [0, 0];
    const length = total === both.length ? first.length : this.engine.memory.encode(first, this.view);
    return [length, total - length];
  }

  /** A text that an event points to, here or elsewhere in the memory. */
  slice(address: number, length: number): string {
    if (length === 0) return '';
    const start = address - this.address;
    if (this.plain !== '' && start >= 0 && start + length <= this.length) {
      return this.plain.substring(start, start + length);
    }
    return this.engine.memory.text(address, length);
  }

  /** A text whose escapes are still in it, without them. */
  unescape(address: number, length: number): string {
    const start = address - this.address;
    const isHere = this.plain !== '' && start > 0 && start + length < this.length;
    const quoted = isHere
      ? this.plain.substring(start - 1, start + length + 1)
      : `"${this.engine.memory.text(address, length)}"`;
    return JSON.parse(quoted) as string;
  }
}
