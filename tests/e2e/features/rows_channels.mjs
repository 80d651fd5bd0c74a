// Rows of the table: channels and how they are authorized.
import assert from 'node:assert/strict';

import { APP, OTHER_APP } from './apps.mjs';

const channelRequests = (cell) => cell.application.requests.filter(({ kind }) => kind === 'channel');

async function privateChannel(cell) {
  const client = await cell.open();
  const channel = await cell.subscribe(client, 'private-room');
  await cell.publishes(client, channel);
  assert.equal(channelRequests(cell).length, 1);
}

async function presence(cell) {
  const [ann, bob] = [cell.name('ann'), cell.name('bob')];
  const one = await cell.open(ann);
  const channel = await cell.subscribe(one, 'presence-room');
  assert.deepEqual(await one.members(channel), { count: 1, me: { id: ann, info: { name: `The ${ann}` } } });
  const two = await cell.open(bob);
  await cell.subscribe(two, 'presence-room');
  const added = await one.sees({ place: 'channel', channel, event: 'pusher:member_added' });
  assert.equal(added.data.id, bob);
  assert.equal((await two.members(channel)).count, 2);
  await cell.publishes(two, channel);
  await two.unsubscribe(channel);
  const removed = await one.sees({ place: 'channel', channel, event: 'pusher:member_removed' });
  assert.equal(removed.data.id, bob);
  assert.equal((await one.members(channel)).count, 1);
}

async function clientEvents(cell) {
  const one = await cell.open(cell.name('ann'));
  const two = await cell.open(cell.name('bob'));
  for (const kind of ['presence-room', 'private-room']) {
    const channel = await cell.subscribe(one, kind);
    await cell.subscribe(two, kind);
    for (const [from, to, who] of [[one, two, 'ann'], [two, one, 'bob']]) {
      const data = { from: who };
      await to.bind(channel, `client-from-${who}`);
      await from.trigger(channel, `client-from-${who}`, data);
      const seen = await to.sees({ place: 'handler', channel, event: `client-from-${who}` });
      assert.deepEqual(seen.data, data);
      assert.equal(seen.user_id, kind.startsWith('presence') ? cell.name(who) : undefined);
    }
    assert(!(await cell.events(one, 'channel', channel)).includes('client-from-ann'), 'it came back');
  }
}

async function customHandler(cell) {
  const client = await cell.open(undefined, { asks: true });
  const user = cell.name('ann');
  for (const channel of [cell.name('private-room'), cell.name('presence-room')]) {
    await client.subscribe(channel);
    const { data: socket } = await client.sees({ place: 'question', channel });
    assert.equal(socket, await client.socket());
    await client.accept(channel, cell.application.authorize(user, socket, channel));
    await client.sees({ place: 'channel', channel, event: 'pusher:subscription_succeeded' });
  }
  const refused = cell.name('private-secret');
  await client.subscribe(refused);
  await client.sees({ place: 'question', channel: refused });
  await client.refuse(refused, 403, 'not for you');
  const { data } = await client.sees({ place: 'channel', channel: refused, event: 'pusher:subscription_error' });
  assert.equal(data.type, 'AuthError');
  assert.match(data.error, /not for you/);
  assert.equal(cell.application.requests.length, 0);
}

async function providers(cell) {
  const client = await cell.open(undefined, {
    params: { room: 'a b&c' }, headers: { 'X-Fixed': 'always' }, providers: true,
  });
  await cell.subscribe(client, 'private-one');
  await cell.subscribe(client, 'private-two');
  const asked = channelRequests(cell);
  assert.deepEqual(asked.map(({ form }) => form.channel_name), [cell.name('private-one'), cell.name('private-two')]);
  assert.deepEqual(asked.map(({ form }) => form.room), ['a b&c', 'a b&c']);
  assert.deepEqual(asked.map(({ headers }) => headers['x-fixed']), ['always', 'always']);
  const counts = asked.flatMap(({ form, headers }) => [form['X-Provided'], headers['x-provided']]).map(Number);
  assert.deepEqual([...counts].sort(), [1, 2, 3, 4], 'each provider is called for each request');
}

async function switchCluster(cell) {
  const client = await cell.open();
  const channels = [await cell.subscribe(client, 'public-room'), await cell.subscribe(client, 'private-room')];
  const before = await client.socket();
  const from = (await client.log()).length;
  cell.application.use(OTHER_APP);
  await client.switchCluster(OTHER_APP.key, 'other');
  for (const channel of channels) {
    await client.sees({ place: 'channel', channel, event: 'pusher:subscription_succeeded' }, from);
    await cell.publishes(client, channel, 'from-the-other-app');
  }
  assert.notEqual(await client.socket(), before);
  cell.application.use(APP);
  const { channels: left } = await (await cell.sdk.get({ path: '/channels' })).json();
  assert.deepEqual(Object.keys(left).filter((name) => channels.includes(name)), []);
}

export const CHANNEL_ROWS = [
  { name: 'private channel', play: privateChannel },
  { name: 'presence channel', play: presence },
  { name: 'client events, with user_id', play: clientEvents },
  { name: 'customHandler', play: customHandler },
  { name: 'params, headers and their providers', play: providers },
  { name: 'switchCluster', play: switchCluster },
];
