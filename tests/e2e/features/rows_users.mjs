// Rows of the table: the user who signs in.
import assert from 'node:assert/strict';

async function signinError(cell) {
  const client = await cell.open();
  cell.application.refusal = [403, 'no'];
  await client.signin();
  const { data } = await client.sees({ place: 'user', event: 'pusher:signin_error' });
  assert.equal(data.type, 'AuthError');
  assert.equal(data.status, 403);
  assert.equal(await client.userData(), null);
}

export const USER_ROWS = [
  { name: 'signin_error', play: signinError },
];
