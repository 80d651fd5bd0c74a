// An application with encrypted channels: the unmodified `pusher` SDK, whose master key can be changed, and
// its authorization endpoint.
import { randomBytes } from 'node:crypto';
import Pusher from 'pusher';

import { authEndpoint } from './auth_endpoint.mjs';
import { APP } from './servers.mjs';

export const masterKey = () => randomBytes(32).toString('base64');

// Starts the endpoint for the server at the port; ends with the test.
export async function encryptingApplication(t, port, key = masterKey()) {
  const sdkWith = (encryptionMasterKeyBase64) =>
    new Pusher({ ...APP, host: '127.0.0.1', port: String(port), useTLS: false, encryptionMasterKeyBase64 });
  const application = {
    masterKey: key,
    sdk: sdkWith(key),
    refusal: undefined, // a status, in the place of answers
    // From now on everything is sealed, and authorized, with another key.
    rotate(next = masterKey()) {
      application.masterKey = next;
      application.sdk = sdkWith(next);
    },
  };
  const answer = ({ socket_id: socket, channel_name: channel }) => application.refusal
    ? [application.refusal, 'no']
    : [200, JSON.stringify(application.sdk.authorizeChannel(socket, channel))];
  return Object.assign(application, await authEndpoint(t, { answer }));
}
