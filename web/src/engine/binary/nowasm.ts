/* The engine as plain JavaScript, for pages and platforms that have no WebAssembly. */
import { instantiate } from 'pusher:wasm';
import type { EngineExports } from '../exports';

export function load(): EngineExports {
  return instantiate();
}

export async function prepare(): Promise<void> {}
