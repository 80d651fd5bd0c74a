/**
 * What the network said last, in the module's memory: events point into it. Where it is all ASCII its parts are
 * read from the very string that was written.
 */
import type { Engine } from './engine';
import { Memory } from './memory';

export class Inbox {
  private address = 0;
  private length = 0;
  private plain = '';

  constructor(
    private readonly engine: Engine,
    private readonly client: number,
  ) {}

  /** Writes a text; the number of bytes, or -1: there is no room for it. */
  put(text: string): number {
    const { exports, memory } = this.engine;
    this.address = exports.px_web_inbox(this.client, Memory.capacity(text) || 1) >>> 0;
    if (!this.address) return -1;
    this.length = memory.write(this.address, text);
    this.plain = this.length === text.length ? text : '';
    return this.length;
  }

  /** Writes two texts, one behind the other; the lengths of both, 0 where there is no room. */
  putTwo(first: string, second: string): [number, number] {
    const { exports, memory } = this.engine;
    const address = exports.px_web_inbox(this.client, Memory.capacity(first + second) || 1) >>> 0;
    this.plain = '';
    this.length = 0;
    if (!address) return [0, 0];
    const length = memory.write(address, first);
    return [length, memory.write(address + length, second)];
  }

  /** A text that an event points to, here or elsewhere in the memory. */
  slice(address: number, length: number): string {
    if (length === 0) return '';
    const start = address - this.address;
    if (this.plain && start >= 0 && start + length <= this.length) {
      return this.plain.substring(start, start + length);
    }
    return this.engine.memory.text(address, length);
  }
}
