// A handler that writes down how it was called.

export interface Recorder {
  (...args: unknown[]): void;
  readonly calls: unknown[][];
  readonly contexts: unknown[];
}

export function recorder(effect?: () => void): Recorder {
  const calls: unknown[][] = [];
  const contexts: unknown[] = [];
  const record = function (this: unknown, ...args: unknown[]): void {
    calls.push(args);
    contexts.push(this);
    effect?.();
  };
  return Object.assign(record, { calls, contexts });
}

/** What a function throws: an Error or, as pusher-js did, a text. */
export function thrown(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
