// What is done to the server and to the clients. Each function injures, waits, and heals; it gives checks of its
// own as [what, problem], where an empty problem is fine. What must hold after each is in recovery.mjs.
//
// `log` is what the server may warn of meanwhile, `seconds` how long it takes at least, `anew` how many clients must
// lose their connection by it.
import { until } from '../../e2e/lib/program.mjs';
import { sleep } from './programs.mjs';

const NO_DESCRIPTORS = 3; // those below are never free

const lost = (world) => world.connects() - world.baseline.connects;

// What the connections that ended since the mark had got when they did: everything that was taken before.
async function endedWith(world, numbers) {
  const answers = await Promise.all(world.crowds.map((crowd) => crowd.ask(`ended ${numbers.join(' ')}`)));
  const late = answers.filter((answer) => answer.count > 0);
  return late.length === 0 ? '' : `${late.reduce((sum, { count }) => sum + count, 0)} did not: ${late[0].first}`;
}

async function restart(world) {
  await Promise.all(world.crowds.map((crowd) => crowd.ask('mark')));
  const numbers = world.publisher.numbers();
  const { life } = world.server;
  const code = await world.server.stop('SIGTERM');
  await world.startServer();
  await world.allThere();
  const left = world.rooms.size(life);
  return [
    ['the server ends with 0', code === 0 ? '' : `with ${code}`],
    ['all that was taken before came first', await endedWith(world, numbers)],
    ['webhooks told the end of each member', left === 0 ? '' : `${left} are still there`],
  ];
}

async function kill(world) {
  await world.server.stop('SIGKILL');
  await world.startServer();
  return [];
}

async function away(world) {
  await world.server.stop('SIGKILL');
  await sleep(8000);
  await world.startServer();
  return [];
}

const stop = (seconds, mustStay) => async (world) => {
  world.server.process.signal('SIGSTOP');
  await sleep(seconds * 1000);
  world.server.process.signal('SIGCONT');
  if (!mustStay) return [];
  await world.allThere();
  const untaken = world.publisher.failed - world.baseline.failed;
  return [
    ['no connection is lost', lost(world) === 0 ? '' : `${lost(world)} were`],
    ['every event is taken', untaken === 0 ? '' : `${untaken} were not: ${world.publisher.reasons()}`],
  ];
};

// How many clients are not there while a program may open nothing; none would mean that it was not hurt.
const isHurt = async (world) => {
  await world.look();
  return ['some can not come meanwhile', world.count('there') < world.total ? '' : 'all are there'];
};

// The server keeps the descriptors that it has and gets no more; a tenth of the clients come anew.
async function serverDescriptors(world) {
  const { process } = world.server;
  process.limit(NO_DESCRIPTORS);
  try {
    for (const crowd of world.crowds)
      await crowd.ask(`reconnect ${Math.ceil(crowd.size / 10)} ${Math.floor(world.random() * crowd.size)}`);
    await sleep(8000);
    return [await isHurt(world)];
  } finally {
    process.limit(process.hardLimit());
  }
}

// The same with the clients of a process, which all come anew.
async function clientDescriptors(world) {
  const { process, size } = world.crowds[0];
  process.limit(NO_DESCRIPTORS);
  try {
    await world.crowds[0].ask(`reconnect ${size} 0`);
    await sleep(8000);
    return [await isHurt(world)];
  } finally {
    process.limit(process.hardLimit());
  }
}

// No byte can be written: not the log, not the state of the webhooks, not which transport worked. A server that
// was alive goes on, and one that is started then does.
async function fullDisk(world) {
  world.disk.fill();
  await sleep(4000);
  const before = lost(world);
  await world.server.stop('SIGKILL');
  await world.startServer();
  await world.allThere();
  world.disk.empty();
  world.server.process.signal('SIGHUP'); // it says that it has read its certificate again
  const isLogged = () => world.server.newLines().some((line) => line.includes('new certificate'));
  const problem = await until(isLogged, 'a line of the log').then(() => '', (error) => error.message);
  return [
    ['a full disk costs no connection', before === 0 ? '' : `${before} were lost`],
    ['the log goes on when there is room', problem],
  ];
}

// Clients that take nothing while much is sent to them.
async function slow(world) {
  const crowd = world.crowds.at(-1);
  crowd.pause();
  try {
    const feed = world.publisher.feeds[Math.floor(world.random() * world.publisher.feeds.length)];
    await world.publisher.burst(feed, 400, 7000);
    await sleep(8000);
  } finally {
    crowd.goOn();
  }
  return [];
}

async function killedClients(world) {
  await world.replaceCrowd(world.crowds.at(-1));
  return [];
}

const WARNED = {
  descriptors: /can't accept connections: Too many open files/,
  webhooks: /webhook/,
};

// The tests' certificates are young, and soon over.
export const ALWAYS_LOGGED = [/certificate expires/];

// How many clients must have connected anew before all of them can be there again.
const all = (world) => world.total;
const lastCrowd = (world) => world.crowds.at(-1).size;

// In the order of the first round, which is that of their importance; later rounds are shuffled.
export const INJURIES = [
  { name: 'kill', seconds: 1, run: kill, anew: all, log: [WARNED.webhooks] },
  { name: 'restart', seconds: 5, run: restart, anew: all, log: [WARNED.webhooks] },
  { name: 'full disk', seconds: 6, run: fullDisk, anew: all, needs: 'disk', log: [WARNED.webhooks] },
  { name: 'stop 5 s', seconds: 6, run: stop(5, true) },
  { name: 'stop 12 s', seconds: 13, run: stop(12, true) },
  { name: 'server descriptors', seconds: 9, run: serverDescriptors, log: [WARNED.descriptors, WARNED.webhooks] },
  { name: 'slow clients', seconds: 12, run: slow },
  { name: 'stop 40 s', seconds: 41, run: stop(40), log: [WARNED.webhooks] },
  { name: 'killed clients', seconds: 2, run: killedClients, anew: lastCrowd },
  { name: 'client descriptors', seconds: 9, run: clientDescriptors },
  { name: 'away', seconds: 9, run: away, anew: all, log: [WARNED.webhooks] },
  { name: 'stop 150 s', seconds: 151, run: stop(150), log: [WARNED.webhooks] },
];
