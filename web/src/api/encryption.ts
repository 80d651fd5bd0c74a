/** What opens the events of encrypted channels: a tweetnacl, given as an option or part of the library's file. */

import { OptionError } from '../engine/client';
import type { Sealed } from '../engine/event';

/** As much of a tweetnacl as is used. */
export interface Nacl {
  readonly secretbox: {
    /** Null or false: it is not what that key and nonce have sealed. */
    open(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null | false;
  };
}

let included: Nacl | undefined;

/** From now on clients that are given none use this one. */
export function include(nacl: Nacl): void {
  included = nacl;
}

/** The one that counts for a client. */
export function naclOf(given: unknown): Nacl | undefined {
  const nacl = (given as Nacl | null | undefined) || included;
  if (nacl && typeof nacl.secretbox?.open !== 'function') {
    throw new OptionError('Pusher: nacl must have the function secretbox.open');
  }
  return nacl;
}

let decoder: TextDecoder | undefined;

/** What was sealed, a text. Undefined: it can't be opened, or is none. */
export function open(nacl: Nacl, { key, nonce, box }: Sealed): string | undefined {
  const bytes = key && nacl.secretbox.open(box, nonce, key);
  if (!bytes) return undefined;
  decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
