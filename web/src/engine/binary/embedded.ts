/* The engine inside of the bundle: compiled when the first client is made, without waiting. */
import { text } from 'pusher:wasm';
import type { EngineExports } from '../exports';
import { compile, instantiate } from './compile';
import { decode } from './text';

export function load(): EngineExports {
  return instantiate(compile(decode(text)));
}

export async function prepare(): Promise<void> {}
