/**
 * An event on its way to the bindings. It is read from the record at once, since handlers may make the engine
 * write another one there; its payload is parsed when somebody wants it, and once.
 */
import { DataType } from './exports';

/** Where the texts of the event are read from. */
export interface TextSource {
  slice(address: number, length: number): string;
  /** The same of a text that still holds JSON's escapes. */
  unescape(address: number, length: number): string;
}

/* How a JSON text may begin: everything else is spared the attempt, which is expensive when it fails. The codes of
 * blanks, of " - [ f n t { and of the digits. */
const BEGINNINGS = new Set([9, 10, 13, 32, 34, 45, 91, 102, 110, 116, 123]);
for (let digit = 48; digit < 58; digit++) BEGINNINGS.add(digit);

/** A payload that is a text: JSON, or just that. */
export function parseText(text: string): unknown {
  if (!BEGINNINGS.has(text.charCodeAt(0))) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export interface MemberData {
  readonly id: string;
  readonly info: unknown;
}

/** What was sealed with the key of an encrypted channel: views of the module's memory, until that is called again. */
export interface Sealed {
  /** Undefined: there is none any more. */
  readonly key: Uint8Array | undefined;
  readonly nonce: Uint8Array;
  readonly box: Uint8Array;
}

export class EngineEvent {
  private parsed = false;
  private value: unknown;

  constructor(
    private readonly source: TextSource,
    readonly targets: number,
    readonly channel: number,
    readonly dataType: DataType,
    private readonly escaped: boolean,
    /** Whether the channel's bindings are told who sent it. */
    readonly tellsUser: boolean,
    readonly name: string,
    private readonly dataAddress: number,
    private readonly dataLength: number,
    readonly userId: string,
    private readonly channelAddress: number,
    private readonly channelLength: number,
    readonly connectionName: string,
    private readonly special: unknown,
    /** Of encrypted channels. `data` is what stands in the message, then. */
    readonly sealed: Sealed | undefined,
  ) {}

  /** As it stood in the message; empty: there was none. */
  get channelName(): string {
    return this.source.slice(this.channelAddress, this.channelLength);
  }

  /** The payload as the application sees it. */
  get data(): unknown {
    if (!this.parsed) {
      this.value = this.parse();
      this.parsed = true;
    }
    return this.value;
  }

  private parse(): unknown {
    switch (this.dataType) {
      case DataType.String:
        return parseText(this.text());
      case DataType.Json:
        return JSON.parse(this.source.slice(this.dataAddress, this.dataLength)) as unknown;
      default:
        return this.special;
    }
  }

  private text(): string {
    return this.escaped
      ? this.source.unescape(this.dataAddress, this.dataLength)
      : this.source.slice(this.dataAddress, this.dataLength);
  }
}
