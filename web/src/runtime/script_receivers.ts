/* Functions with names that scripts from elsewhere can call: `Pusher.ScriptReceivers[7](null, data)`. */

export type ScriptCallback = (error: unknown, data?: unknown) => void;

export interface ScriptReceiver {
  readonly number: number;
  /** What the script tag is called. */
  readonly id: string;
  /** What the script calls. */
  readonly name: string;
  readonly callback: ScriptCallback;
}

/** Gives out numbers from 1; the receiver is found under its own until it is removed. */
export class ScriptReceiverFactory {
  [number: number]: ScriptCallback | undefined;
  lastId = 0;

  constructor(readonly prefix: string, readonly name: string) {}

  /** `callback` is called at most once, however often the receiver is. */
  create(callback: ScriptCallback): ScriptReceiver {
    this.lastId += 1;
    const number = this.lastId;
    let called = false;
    const once: ScriptCallback = (error, data) => {
      if (!called) {
        called = true;
        callback(error, data);
      }
    };
    this[number] = once;
    return { number, id: this.prefix + number, name: `${this.name}[${number}]`, callback: once };
  }

  remove(receiver: ScriptReceiver): void {
    delete this[receiver.number];
  }
}
