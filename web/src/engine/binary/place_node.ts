/* pusher.wasm is a file beside this one; files are read from the disk, other URLs are fetched. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchBytes } from './fetch_bytes';

export function defaultPlace(): string {
  return join(__dirname, 'pusher.wasm');
}

export async function read(place: string): Promise<Uint8Array> {
  if (/^https?:/.test(place)) return fetchBytes(place);
  const path = place.startsWith('file:') ? fileURLToPath(place) : place;
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Pusher's engine could not be read from ${path}: ${reason}`);
  }
}
