// What the application seals events of encrypted channels with: the keys of `pusher serve --dev-auth`.
import { createHash } from 'node:crypto';
import { APP } from '../../../../tests/e2e/lib/servers.mjs';

export const SEALING = {
  encryptionMasterKeyBase64: createHash('sha256').update(`dev-auth:${APP.secret}`).digest('base64'),
};
