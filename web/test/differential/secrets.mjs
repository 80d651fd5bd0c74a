// The application's side of encrypted channels: it seals with npm's tweetnacl, as Channels servers' libraries do.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../tests/e2e/package.json', import.meta.url));
const nacl = require('tweetnacl');

const bytes = (text) => new Uint8Array(createHash('sha256').update(text).digest());
const base64 = (array) => Buffer.from(array).toString('base64');

// A channel's key of some generation, as an authorization has it.
export const secret = (generation = 1) => base64(bytes(`key ${generation}`));

// The data of an event: a text, or bytes, sealed. Nonces are numbered, so that both sides get the same bytes.
export function sealed(text, { generation = 1, number = 1 } = {}) {
  const nonce = bytes(`nonce ${number}`).slice(0, nacl.secretbox.nonceLength);
  const box = nacl.secretbox(new Uint8Array(Buffer.from(text)), nonce, bytes(`key ${generation}`));
  return { nonce: base64(nonce), ciphertext: base64(box) };
}
