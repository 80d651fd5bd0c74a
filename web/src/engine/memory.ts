/**
 * The module's memory as JavaScript sees it: texts in and out, the words of the record.
 *
 * Most texts are ASCII, where a byte is a unit of a string: what the network said is then read as a part of
 * the string it came in, without decoding anything.
 */
import type { EngineExports } from './exports';

/* Words of the record; the first two are the deadline. */
const RECORD_WORDS = 40;

export class Memory {
  private bytes!: Uint8Array;
  private words!: Uint32Array;
  private doubles!: Float64Array;
  private record!: Uint32Array;
  private readonly recordAt: number;
  /* Without WebAssembly the old buffer stays, and is not told from the new one by its length. */
  private readonly keepsOld: boolean;
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(private readonly exports: EngineExports) {
    this.keepsOld = typeof WebAssembly !== 'object' || !(exports.memory instanceof WebAssembly.Memory);
    this.recordAt = exports.px_web_record() >>> 0;
    this.refresh();
  }

  /* A memory that grew is another buffer; views of the old one are empty. */
  private refresh(): void {
    const buffer = this.exports.memory.buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.record = new Uint32Array(buffer, this.recordAt, RECORD_WORDS);
    this.doubles = new Float64Array(buffer, this.recordAt, 1);
  }

  private fresh(): void {
    if (this.isStale(this.bytes)) this.refresh();
  }

  /** Whether the memory has grown since the view was made. */
  isStale(view: Uint8Array): boolean {
    return view.length === 0 || (this.keepsOld && view.buffer !== this.exports.memory.buffer);
  }

  /** Bytes that a text can take at most. */
  static capacity(text: string): number {
    return text.length * 3;
  }

  /** Bytes of the memory. The module may grow: a view that has become empty must be asked for anew. */
  view(address: number, length: number): Uint8Array {
    this.fresh();
    return this.bytes.subarray(address, address + length);
  }

  /** Writes a text at the start of a view; there must be room for its capacity. The number of bytes. */
  encode(text: string, view: Uint8Array): number {
    return this.encoder.encodeInto(text, view).written;
  }

  /** Writes a text; there must be room for its capacity. The number of bytes. */
  write(address: number, text: string): number {
    return this.encode(text, this.view(address, Memory.capacity(text)));
  }

  /** A word of the record. */
  word(index: number): number {
    return this.recordWords()[index]!;
  }

  /** All words, until the module is called again. */
  recordWords(): Uint32Array {
    this.fresh();
    return this.record;
  }

  /** The same as a signed number. */
  signed(index: number): number {
    return this.word(index) | 0;
  }

  get deadline(): number {
    this.fresh();
    return this.doubles[0]!;
  }

  /** Decodes bytes. */
  text(address: number, length: number): string {
    if (length === 0) return '';
    this.fresh();
    return this.decoder.decode(this.bytes.subarray(address, address + length));
  }

  /** The text at two words of the record. */
  recordText(index: number): string {
    return this.text(this.word(index), this.word(index + 1));
  }

  /** Pairs of texts, as px_header has them. */
  pairs(address: number, count: number): [string, string][] {
    this.fresh();
    const pairs: [string, string][] = [];
    for (let at = address >>> 2, end = at + count * 4; at < end; at += 4) {
      const [name, nameLength, value, valueLength] = this.words.subarray(at, at + 4) as unknown as number[];
      pairs.push([this.text(name!, nameLength!), this.text(value!, valueLength!)]);
    }
    return pairs;
  }
}
