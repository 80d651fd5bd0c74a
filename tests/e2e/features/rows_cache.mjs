// Rows of the table: channels that remember their last event, and counts of subscriptions.
import assert from 'node:assert/strict';

const SUBSCRIBED = 'pusher:subscription_succeeded';
const MISS = 'pusher:cache_miss';

async function hit(cell) {
  const client = await cell.open();
  for (const kind of ['cache-room', 'private-cache-room', 'presence-cache-room']) {
    const channel = cell.name(kind);
    await cell.sdk.trigger(channel, 'old', { n: 0 });
    await cell.sdk.trigger(channel, 'news', { n: 1 });
    await cell.subscribe(client, kind);
    const { data } = await client.sees({ place: 'channel', channel, event: 'news' });
    assert.deepEqual(data, { n: 1 });
    await cell.marked(client, channel);
    const events = (await cell.events(client, 'channel', channel)).filter((name) => name !== 'pusher:subscription_count');
    assert.deepEqual(events.slice(0, 2), [SUBSCRIBED, 'news']);
    assert(!events.includes(MISS) && !events.includes('old'), events.join());
  }
}

async function miss(cell) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, 'cache-room');
  await client.sees({ place: 'channel', channel, event: MISS });
  await client.sees({ place: 'client', event: MISS });
  await cell.publishes(client, channel);
  assert.equal((await cell.events(client, 'channel', channel)).filter((name) => name === MISS).length, 1);
}

async function info(cell) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, 'cache-room');
  await client.sees({ place: 'channel', channel, event: MISS });
  const cached = async () => (await (await cell.sdk.get({ path: `/channels/${channel}`, params: { info: 'cache' } })).json());
  assert.deepEqual(await cached(), { occupied: true, cache: null });
  await cell.publishes(client, channel);
  const { occupied, cache } = await cached();
  const { data } = await client.sees({ place: 'channel', channel, event: 'news' });
  assert.equal(occupied, true);
  assert.deepEqual(JSON.parse(cache.data), data);
  assert(cache.ttl > 0 && cache.ttl <= 1800, `ttl ${cache.ttl}`);
}

async function count(cell) {
  const [one, two] = [await cell.open(), await cell.open()];
  const channel = await cell.subscribe(one, 'private-room');
  const sees = (client, subscription_count, from = 0) =>
    client.sees({ place: 'channel', channel, event: 'pusher:subscription_count', data: { subscription_count } }, from);
  await sees(one, 1);
  await cell.subscribe(two, 'private-room');
  for (const client of [one, two]) {
    await sees(client, 2);
    if (client.subscriptionCount) assert.equal(await client.subscriptionCount(channel), 2);
  }
  const from = (await one.log()).length;
  await two.unsubscribe(channel);
  await sees(one, 1, from);
}

export const CACHE_ROWS = [
  { name: 'cache channel, hit', play: hit },
  { name: 'cache channel, cache_miss', play: miss },
  { name: 'info=cache', play: info },
  { name: 'subscription_count', play: count },
];
