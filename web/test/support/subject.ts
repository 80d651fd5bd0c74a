// The library under test. Whoever loads the suites has loaded it before and left its constructor in
// `PusherSubject`: the page by a script tag, as users do, Node by `require`. What it looks like is in
// surface.ts.
import type { PusherConstructor } from './surface';

interface Host {
  PusherSubject?: PusherConstructor;
  PusherTraits?: Traits;
}

/** What the suites must know of the bundle that they cannot see from outside. */
export interface Traits {
  readonly platform: 'page' | 'node';
  /** The module is WebAssembly, not plain JavaScript. */
  readonly wasm: boolean;
  /** It has a tweetnacl inside. */
  readonly encryption: boolean;
  /** The file that it was loaded from: a URL in pages, a path in Node. */
  readonly file: string;
}

function found<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${what} is missing: load the library before the suites.`);
  return value;
}

export const Pusher = found('PusherSubject', (globalThis as Host).PusherSubject);
export const traits = found('PusherTraits', (globalThis as Host).PusherTraits);
