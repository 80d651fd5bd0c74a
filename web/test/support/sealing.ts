// The application's side of encrypted channels: keys, and events sealed with them.
import nacl from 'tweetnacl';

import { traits } from './subject';
import type { Options } from './surface';

export { nacl };

/** What a client needs: nothing where its file has a tweetnacl inside. */
export const ABLE: Options = traits.encryption ? {} : { nacl };

export const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A key that is another one for each number. */
export const keyOf = (number: number): Uint8Array => new Uint8Array(32).map((_, i) => number * 32 + i);

let nonces = 0;

/** The data of an event whose plaintext is this. */
export function seal(key: Uint8Array, plain: string | Uint8Array): { nonce: string; ciphertext: string } {
  const nonce = new Uint8Array(nacl.secretbox.nonceLength).fill(++nonces);
  const box = nacl.secretbox(typeof plain === 'string' ? utf8(plain) : plain, nonce, key);
  return { nonce: base64(nonce), ciphertext: base64(box) };
}
