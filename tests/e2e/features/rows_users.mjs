// Rows of the table: the user who signs in.
import assert from 'node:assert/strict';

const person = (user) => ({ id: user, user_info: { name: `The ${user}` } });

async function signin(cell) {
  const user = cell.name('ann');
  const client = await cell.open(user);
  await cell.signin(client);
  assert.deepEqual(await client.userData(), person(user));
  assert.deepEqual(cell.application.requests.map(({ kind, form }) => [kind, form]),
    [['user', { socket_id: await client.socket() }]]);
}

async function byHandler(cell) {
  const user = cell.name('ann');
  const client = await cell.open(user, { asks: true });
  await client.signin();
  const { data: socket } = await client.sees({ place: 'question', channel: '-' });
  await client.accept('-', cell.application.authenticate(user, socket));
  await client.sees({ place: 'client', event: 'pusher:signin_success' });
  assert.deepEqual(await client.userData(), person(user));
  assert.equal(cell.application.requests.length, 0);
}

async function signinError(cell) {
  const client = await cell.open();
  cell.application.refusal = [403, 'no'];
  await client.signin();
  const { data } = await client.sees({ place: 'user', event: 'pusher:signin_error' });
  assert.equal(data.type, 'AuthError');
  assert.equal(data.status, 403);
  assert.equal(await client.userData(), null);
}

async function toUser(cell) {
  const [ann, bob] = [cell.name('ann'), cell.name('bob')];
  const here = await cell.open(ann);
  const there = await cell.open(ann);
  const other = await cell.open(bob);
  for (const client of [here, there, other]) await cell.signin(client);
  const data = { text: 'for you' };
  await cell.sdk.sendToUser(ann, 'news', data);
  for (const client of [here, there]) {
    const seen = await client.sees({ place: 'user', event: 'news' });
    assert.deepEqual(seen.data, data);
  }
  await cell.sdk.sendToUser(bob, 'last', {});
  await other.sees({ place: 'user', event: 'last' });
  assert.deepEqual((await cell.events(other, 'user')).filter((name) => !/^pusher/.test(name)), ['last']);
  const { channels } = await (await cell.sdk.get({ path: '/channels' })).json();
  assert.deepEqual(Object.keys(channels).filter((name) => name.includes('server-to-user')), []);
}

async function presenceAsUser(cell) {
  const [ann, bob] = [cell.name('ann'), cell.name('bob')];
  cell.application.asUser = true;
  const one = await cell.open(ann);
  await cell.signin(one);
  const channel = await cell.subscribe(one, 'presence-room');
  assert.deepEqual(await one.members(channel), { count: 1, me: { id: ann, info: person(ann).user_info } });
  const two = await cell.open(bob);
  await cell.signin(two);
  await cell.subscribe(two, 'presence-room');
  const { data } = await one.sees({ place: 'channel', channel, event: 'pusher:member_added' });
  assert.equal(data.id, bob);
  const { users } = await (await cell.sdk.get({ path: `/channels/${channel}/users` })).json();
  assert.deepEqual(users.map(({ id }) => id).sort(), [ann, bob]);
}

async function watchlist(cell) {
  const [ann, bob] = [cell.name('ann'), cell.name('bob')];
  cell.application.watchlist = [bob];
  const watcher = await cell.open(ann);
  const sees = async (name, from = 0) => {
    const { data } = await watcher.sees({ place: 'watchlist', event: name }, from);
    assert.deepEqual(data, { name, user_ids: [bob] });
    return (await watcher.log()).length;
  };
  await cell.signin(watcher);
  const first = await sees('offline');
  cell.application.watchlist = undefined;
  const watched = await cell.open(bob);
  await cell.signin(watched);
  const second = await sees('online', first);
  await watched.disconnect();
  await sees('offline', second);
}

async function terminate(cell) {
  const [ann, bob] = [cell.name('ann'), cell.name('bob')];
  const [one, two] = [await cell.open(ann), await cell.open(bob)];
  for (const client of [one, two]) await cell.signin(client);
  const channel = await cell.subscribe(two, 'public-room');
  await cell.sdk.terminateUserConnections(ann);
  const { data } = await one.sees({ place: 'connection', event: 'error' });
  assert.equal(data, 4009);
  await one.sees({ place: 'connection', event: 'disconnected' });
  await cell.publishes(two, channel); // the other one is as connected as before
}

export const USER_ROWS = [
  { name: 'signin', play: signin },
  { name: 'signin by customHandler', play: byHandler },
  { name: 'signin_error', play: signinError },
  { name: 'server-to-user event', play: toUser },
  { name: 'presence channel by signed-in user', play: presenceAsUser },
  { name: 'watchlist online, offline', play: watchlist },
  { name: 'terminate connections of a user', play: terminate },
];
