// Rows of the table: encrypted channels. The SDK seals, the client opens; the server sees no text.
import assert from 'node:assert/strict';

import { APP } from './apps.mjs';

const ROOM = 'private-encrypted-room';

// What a client that has no key gets to see of the event: bindings of the client are told what came.
async function assertSealed(client, channel, event, text) {
  const { data } = await client.sees({ place: 'client', channel, event });
  assert.deepEqual(Object.keys(data).sort(), ['ciphertext', 'nonce']);
  assert(!JSON.stringify(data).includes(text));
}

async function anEvent(cell) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, ROOM);
  await cell.publishes(client, channel);
  for (const [event, data] of [['text', 'plain, no JSON'], ['list', [1, 'ä', null]], ['long', { x: 'y'.repeat(7000) }]]) {
    await cell.sdk.trigger(channel, event, data);
    assert.deepEqual((await client.sees({ place: 'channel', channel, event })).data, data);
  }
}

async function onTheWire(cell) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, ROOM);
  await cell.sdk.trigger(channel, 'news', { text: 'nobody else' });
  await client.sees({ place: 'channel', channel, event: 'news' });
  await assertSealed(client, undefined, 'news', 'nobody else');
}

async function batch(cell) {
  const client = await cell.open();
  const [sealed, other] = [await cell.subscribe(client, ROOM), await cell.subscribe(client, `${ROOM}-2`)];
  const open = await cell.subscribe(client, 'private-room');
  await cell.sdk.triggerBatch([sealed, other, open, sealed].map((channel, n) => ({ channel, name: `n${n}`, data: { n } })));
  for (const [n, channel] of [sealed, other, open, sealed].entries()) {
    assert.deepEqual((await client.sees({ place: 'channel', channel, event: `n${n}` })).data, { n });
  }
}

async function customHandler(cell) {
  const user = cell.name('ann');
  const client = await cell.open(user, { asks: true });
  const channel = cell.name(ROOM);
  await client.subscribe(channel);
  const { data: socket } = await client.sees({ place: 'question', channel });
  await client.accept(channel, cell.application.authorize(user, socket, channel));
  await client.sees({ place: 'channel', channel, event: 'pusher:subscription_succeeded' });
  await cell.publishes(client, channel);
}

async function rotation(cell, column) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, ROOM);
  await cell.publishes(client, channel);
  cell.application.use(APP, 2);
  const names = ['a', 'b', 'c', 'd'];
  await cell.sdk.triggerBatch(names.map((name) => ({ channel, name, data: { name } })));
  for (const name of names) {
    assert.deepEqual((await client.sees({ place: 'channel', channel, event: name })).data, { name });
  }
  const seen = (await cell.events(client, 'channel', channel)).filter((name) => names.includes(name));
  if (column === 'pusher-js 8') return; // it asks for each of them, and the answers decide who is first
  assert.deepEqual(seen, names);
  const asked = cell.application.requests.filter(({ form }) => form.channel_name === channel);
  assert.equal(asked.length, 2, 'authorized once, and once more');
}

async function noSecret(cell) {
  const client = await cell.open();
  const channel = cell.name(ROOM);
  cell.application.withoutSecret = true;
  await client.subscribe(channel);
  const { data } = await client.sees({ place: 'channel', channel, event: 'pusher:subscription_error' });
  assert.equal(data.type, 'AuthError');
  assert.match(data.error, /No shared_secret key in auth payload for encrypted channel/);
}

async function cache(cell) {
  const client = await cell.open();
  const room = 'private-encrypted-cache-room';
  const channel = await cell.subscribe(client, room);
  await client.sees({ place: 'channel', channel, event: 'pusher:cache_miss' });
  await cell.publishes(client, channel);
  const late = await cell.open(cell.name('bob'));
  await cell.subscribe(late, room);
  const [first, second] = await Promise.all([client, late].map((one) =>
    one.sees({ place: 'channel', channel, event: 'news' })));
  assert.deepEqual(first.data, second.data);
}

export const ENCRYPTED_ROWS = [
  { name: 'encrypted event', play: anEvent },
  { name: 'encrypted event, sealed on the wire', play: onTheWire },
  { name: 'encrypted events in a batch', play: batch },
  { name: 'encrypted, master key changed', play: rotation },
  { name: 'encrypted, customHandler', play: customHandler },
  { name: 'encrypted, no shared_secret', play: noSecret },
  { name: 'encrypted cache channel', play: cache },
];
