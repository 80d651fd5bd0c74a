// What must hold some time after each injury, whatever it was.
import { now, sleep } from './programs.mjs';

const PATIENCE_MS = 30_000; // for what follows once all clients are there
const CALM_MS = 2000;

// For each connection; beside them for listening, logs, publishers and idle connections of authorizations.
const DESCRIPTORS_OF = { ws: 1, wss: 1, xhr_streaming: 2, xhr_polling: 2, sockjs: 2 };
const SOME_DESCRIPTORS = 50;

const sum = (values) => values.reduce((a, b) => a + b, 0);

// Asks until nobody says that something is wrong; gives what is wrong in the end.
async function untilNone(ask, patience = PATIENCE_MS) {
  const deadline = Date.now() + patience;
  for (;;) {
    const problem = await ask();
    if (!problem || Date.now() > deadline) return problem;
    await sleep(250);
  }
}

const askCrowds = (world, command, what) => async () => {
  const answers = await Promise.all(world.crowds.map((crowd) => crowd.ask(command)));
  const count = sum(answers.map((answer) => answer.count));
  return count === 0 ? '' : `${count} ${what}: ${answers.find((answer) => answer.count > 0).first}`;
};

// Who is in each room, as the server says.
const serverRooms = (world) => async () => {
  for (let room = 0; room < world.roomCount; room++) {
    const name = `presence-room-${room}`;
    const answer = await world.publisher.sdk.get({ path: `/channels/${name}/users` }).catch((error) => error);
    if (answer.status !== 200) return `the server does not tell of ${name}: ${answer.message ?? answer.status}`;
    const users = (await answer.json()).users.map(({ id }) => id).sort();
    const wanted = world.usersOf(room).sort();
    if (users.join() !== wanted.join()) return `${name} has ${users.length} users, not ${wanted.length}`;
  }
  return '';
};

const hookRooms = (world) => async () => {
  const known = world.rooms.size(world.server.life);
  return known === world.total ? '' : `webhooks know of ${known} members, not ${world.total}`;
};

// Everybody gets one more event on each feed, and has everything before it.
async function lastEvents(world) {
  await world.publisher.pause();
  const begun = now();
  if (!(await world.publisher.once())) return 'the server did not take an event though all is well';
  return untilNone(askCrowds(world, `expect ${begun} ${world.publisher.numbers().join(' ')}`, 'feeds are behind'));
}

// Connections stay once all are there, if not at once: who took nothing for a while is told that it is cut off only
// behind what it had not taken.
async function calm(world) {
  return untilNone(async () => {
    const before = world.connects();
    await sleep(CALM_MS);
    await world.look();
    const count = world.connects() - before;
    return count === 0 ? '' : `${count} connections were made anew in ${CALM_MS} ms though nothing happened`;
  });
}

// What is kept open for further requests is closed after a while. Both ends of all connections count.
async function descriptors(world) {
  return untilNone(async () => {
    await world.look();
    const all = [[world.server, world.transports()],
      ...world.crowds.map((crowd) => [crowd, crowd.status.transports])];
    for (const [{ process }, transports] of all) {
      const needed = sum(Object.entries(transports).map(([name, count]) => DESCRIPTORS_OF[name] * count));
      const most = Math.ceil(needed * 1.05) + SOME_DESCRIPTORS;
      const count = process.descriptors();
      if (count > most) return `${process.name}: ${count} are open, ${most} would do`;
    }
    return '';
  });
}

// [what, problem] for each promise. The publisher pauses at the end, so that what is measured next is at rest.
export async function recover(world) {
  const checks = [
    ['all clients are there again', await world.allThere()],
    ['connections last', await calm(world)],
    ['the clients know who is in their room', await untilNone(askCrowds(world, 'rooms', 'clients do not know'))],
    ['the server knows who is in the rooms', await untilNone(serverRooms(world))],
    ['the webhooks know who is in the rooms', await untilNone(hookRooms(world))],
    ['nothing is lost', await lastEvents(world)],
    ['no descriptor is left over', await descriptors(world)],
  ];
  checks.push(['nothing came twice, early, out of order or not at all', world.takeWrong()]);
  checks.push(['no member was told twice', world.rooms.wrong.splice(0)[0] ?? '']);
  return checks;
}
