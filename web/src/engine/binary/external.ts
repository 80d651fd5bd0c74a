/* The engine in a file of its own, which the program waits for before it makes its first client. */
import { defaultPlace, read } from 'pusher:place';
import type { EngineExports } from '../exports';
import { compile, instantiate, refused } from './compile';

/** Where pusher.wasm is, its bytes, or what the platform has compiled it to. */
export type EngineSource = string | URL | ArrayBuffer | Uint8Array | WebAssembly.Module;

let engine: WebAssembly.Module | undefined;
let preparing: Promise<void> | undefined;

/** `Pusher.load`. Calls while it is under way share the first one's work; after a failure it may be called
 *  again. */
export function prepare(source?: EngineSource): Promise<void> {
  preparing ??= fetchEngine(source).then(
    (module) => {
      engine = module;
    },
    (error: unknown) => {
      preparing = undefined;
      throw error;
    },
  );
  return preparing;
}

export function load(): EngineExports {
  if (!engine) throw new Error("Pusher's engine is not there yet: `await Pusher.load()` before `new Pusher`");
  return instantiate(engine);
}

async function fetchEngine(source: EngineSource = defaultPlace()): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') throw refused('there is none here');
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer) return compile(new Uint8Array(source));
  if (source instanceof Uint8Array) return compile(source);
  const bytes = await read(String(source));
  return compile(bytes);
}
