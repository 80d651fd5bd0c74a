/* pusher.wasm is beside the script: the one of the script tag, or the worker's own. */
import { fetchBytes } from './fetch_bytes';

// Only known while the script tag is being run.
const script = typeof document === 'object' ? document.currentScript : null;
const folder = script && 'src' in script ? script.src : typeof location === 'object' ? location.href : '';

export function defaultPlace(): string {
  return new URL('pusher.wasm', folder).href;
}

export const read = fetchBytes;
