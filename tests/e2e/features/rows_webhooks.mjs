// Rows of the table: what an application hears of by webhooks, each one valid by the SDK's word.
import assert from 'node:assert/strict';

async function existence(cell) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, 'public-room');
  await cell.all.webhook({ name: 'channel_occupied', channel });
  await client.unsubscribe(channel);
  await cell.all.webhook({ name: 'channel_vacated', channel });
}

async function members(cell) {
  const [ann, bob] = [cell.name('ann'), cell.name('bob')];
  const channel = await cell.subscribe(await cell.open(ann), 'presence-room');
  await cell.all.webhook({ name: 'member_added', channel, user_id: ann });
  const other = await cell.open(bob);
  await cell.subscribe(other, 'presence-room');
  await cell.all.webhook({ name: 'member_added', channel, user_id: bob });
  await other.disconnect();
  await cell.all.webhook({ name: 'member_removed', channel, user_id: bob });
  assert(!cell.all.hooks.some((hook) => hook.name === 'member_removed' && hook.user_id === ann));
}

async function clientEvent(cell) {
  const user = cell.name('ann');
  const client = await cell.open(user);
  const socket_id = await client.socket();
  const data = { text: 'hi' };
  for (const [room, user_id] of [['private-room', undefined], ['presence-room', user]]) {
    const channel = await cell.subscribe(client, room);
    await client.trigger(channel, 'client-said', data);
    const hook = await cell.all.webhook({ name: 'client_event', channel });
    assert.deepEqual([hook.event, JSON.parse(hook.data), hook.socket_id, hook.user_id],
      ['client-said', data, socket_id, user_id]);
  }
}

async function cacheMiss(cell) {
  const channel = await cell.subscribe(await cell.open(), 'cache-room');
  await cell.all.webhook({ name: 'cache_miss', channel });
}

async function count(cell) {
  const channel = await cell.subscribe(await cell.open(), 'public-room');
  await cell.all.webhook({ name: 'subscription_count', channel, subscription_count: 1 });
  await cell.subscribe(await cell.open(), 'public-room');
  await cell.all.webhook({ name: 'subscription_count', channel, subscription_count: 2 });
}

export const WEBHOOK_ROWS = [
  { name: 'webhook channel_occupied, channel_vacated', play: existence },
  { name: 'webhook member_added, member_removed', play: members },
  { name: 'webhook client_event', play: clientEvent },
  { name: 'webhook cache_miss', play: cacheMiss },
  { name: 'webhook subscription_count', play: count },
];
