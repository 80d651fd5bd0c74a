/* pusher.wasm is beside the ES module. Bundlers know this very expression and take the file along. */
import { fetchBytes } from './fetch_bytes';

export function defaultPlace(): string {
  return new URL('./pusher.wasm', import.meta.url).href;
}

export const read = fetchBytes;
