// Rows of the table: many channels, one request for authorization.
import assert from 'node:assert/strict';

const NONE = 'it has none; the plug-in pusher-js-auth stands in (web/test/programs/batch_auth.test.mjs)';

async function authBatch(cell) {
  const client = await cell.open(undefined, { batch: true });
  const rooms = ['private-one', 'private-two', 'presence-three'].map(cell.name);
  await client.subscribe(...rooms);
  for (const channel of rooms) {
    await client.sees({ place: 'channel', channel, event: 'pusher:subscription_succeeded' });
    await cell.publishes(client, channel);
  }
  assert.equal(cell.application.requests.length, 1);
  const { form } = cell.application.requests[0];
  assert.deepEqual(rooms.map((_, number) => form[`channel_name[${number}]`]), rooms);
}

export const BATCH_ROWS = [{ name: 'authBatch', play: authBatch, without: { 'pusher-js 8': NONE } }];
