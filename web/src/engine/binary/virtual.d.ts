/* Modules that the bundler makes (build/plugin.mjs): which file is behind each name depends on the bundle. */

declare module 'pusher:binary' {
  import type { EngineExports } from '../exports';
  import type { EngineSource } from './external';
  /** The module of this bundle, instantiated. Throws an Error that says what to do where it can't be. */
  export function load(): EngineExports;
  /** What has to happen before load: in most bundles nothing. */
  export function prepare(source?: EngineSource): Promise<void>;
}

/* pusher.wasm as a text (embedded), or as JavaScript (nowasm). */
declare module 'pusher:wasm' {
  import type { EngineExports } from '../exports';
  export const text: string;
  export function instantiate(): EngineExports;
}

/* Where pusher.wasm is when nobody says so, and how a file there is read. */
declare module 'pusher:place' {
  export function defaultPlace(): string;
  export function read(place: string): Promise<Uint8Array>;
}
