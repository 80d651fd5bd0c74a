// The native client in networks that break WebSockets: how long it takes to connect all the same, with
// which transport, and that what it gets is in order and comes once. The result is printed as a table.
import test, { after, before, describe } from 'node:test';
import assert from 'node:assert/strict';

import { application } from './lib/application.mjs';
import { serve } from './lib/servers.mjs';
import { Authority } from './lib/certificates.mjs';
import { Puppet } from './lib/puppet.mjs';
import { show, table } from './lib/table.mjs';
import { until, wholeFile } from './lib/program.mjs';
import * as networks from './lib/networks.mjs';

// Milliseconds to `connected`: what the client aims at. A test fails only far beyond them, since a slow
// machine is no defect.
const GOAL = { explicit: 1000, tls: 2500, plain: 5500 };
const PATIENCE = 3;
// Where streaming hangs, too, polling comes four seconds after it.
const POLLING_DELAY = 4000;

const EVENTS = 50; // that must come after the connection stands
const EVENT_INTERVAL_MS = 10;
const CUTS = 3;

const file = wholeFile();
const results = [];
let authority, certificate, other, target, sdk;
before(async () => {
  authority = new Authority(file);
  certificate = authority.issue('server');
  other = new Authority(file).issue('server');
  target = (await serve(file, ['--dev-auth'])).port;
  sdk = application(target);
});

after(() => {
  results.sort((a, b) => a.order - b.order);
  show('networks', table(
    'ms is the time to connected, again the longest time from a cut to the next event. Events can be ' +
      'missed\nwhile there is no connection, but none may be missing from one.',
    ['network', 'mode', 'ms', 'goal', 'transport', 'again', 'events', 'twice', 'reordered', 'missing', 'missed'],
    results.map((r) => [r.network, r.mode, r.ms, r.goal, r.transport, r.again, r.events, r.twice, r.reordered,
      r.missing, r.missed]),
  ));
});

let cases = 0;

// Publishes numbered events, one after the other, until it is stopped.
function publish(channel) {
  let going = true;
  const source = { last: 0 };
  const done = (async () => {
    while (going) {
      await sdk.trigger(channel, 'number', { n: source.last + 1 });
      source.last++;
      await new Promise((resolve) => setTimeout(resolve, EVENT_INTERVAL_MS));
    }
  })();
  source.stop = () => {
    going = false;
    return done;
  };
  return source;
}

// What is wrong with the numbers that came, which should be n, n + 1, n + 2 ... on each connection.
function judge(lines) {
  const seen = new Set();
  const verdict = { events: 0, twice: 0, reordered: 0, missing: 0, missed: 0 };
  let last = 0;
  let first = true; // of a connection
  for (const line of lines) {
    if (line.connection === 'connected') first = true;
    if (line.event !== 'number') continue;
    const { n } = JSON.parse(line.data);
    verdict.events++;
    if (seen.has(n)) verdict.twice++;
    else if (n < last) verdict.reordered++;
    else if (last) verdict[first ? 'missed' : 'missing'] += n - last - 1;
    seen.add(n);
    last = Math.max(last, n);
    first = false;
  }
  return verdict;
}

const count = (puppet) => puppet.told.filter((line) => line.event === 'number').length;

const latest = (puppet) =>
  JSON.parse(puppet.told.filter((line) => line.event === 'number').at(-1).data).n;

const connections = (puppet) => puppet.told.filter((line) => line.connection === 'connected').length;

async function enough(puppet) {
  const from = count(puppet);
  await until(() => count(puppet) >= from + EVENTS, `${EVENTS} events`);
}

// Cuts all connections a few times, and tells the longest time to the next event. (Polling may come through
// without another connection: the next poll is a new request anyway.)
async function cutAgainAndAgain(puppet, source, cut) {
  let longest = 0;
  for (let times = 1; times <= CUTS; times++) {
    await cut();
    const before = Date.now();
    const { last } = source; // what comes of these may have been on its way
    await until(() => latest(puppet) > last + 1, 'an event from after the cut');
    longest = Math.max(longest, Date.now() - before);
    await enough(puppet);
  }
  return longest;
}

function start(t, place, mode, transports) {
  return new Puppet(t, {
    host: '127.0.0.1',
    ...place,
    plain: mode === 'http',
    ca_file: authority.file,
    transports,
  });
}

// One network, in one mode.
function broken(network, make, mode, { goal, wins, transports }) {
  const order = ++cases;
  test(`${network}, ${mode}`, async (t) => {
    const { cut, ...place } = await make({ t, certificate, other, target });
    const channel = `numbers-${order}`;
    const puppet = start(t, place, mode, transports);
    const source = publish(channel);
    t.after(source.stop);
    puppet.say(`1 subscribe ${channel}`);
    puppet.say('1 connect');
    const { ms } = await puppet.sees({ connection: 'connected' });
    const transport = puppet.transport();
    await enough(puppet);
    const again = cut && (await cutAgainAndAgain(puppet, source, cut));
    await source.stop();
    const verdict = judge(puppet.told);
    results.push({ order, network, mode, ms, goal, transport, again, ...verdict });
    assert.equal(transport, wins);
    assert.equal(verdict.twice, 0, 'events that came twice');
    assert.equal(verdict.reordered, 0, 'events out of order');
    assert.equal(verdict.missing, 0, 'events missing from a connection');
    if (!cut) assert.equal(connections(puppet), 1, 'connections');
    assert(ms <= goal * PATIENCE, `connected after ${ms} ms; the goal is ${goal} ms`);
  });
}

// They mostly wait, so some go at the same time.
describe('networks', { concurrency: 4 }, () => {
  for (const mode of ['http', 'https']) {
    const explicit = { goal: GOAL.explicit, wins: 'xhr_streaming' };
    const hanging = { goal: mode === 'https' ? GOAL.tls : GOAL.plain, wins: 'xhr_streaming' };
    broken('no upgrades', networks.withoutUpgrade, mode, explicit);
    broken('closed after the 101', networks.closesAfterUpgrade, mode, explicit);
    broken('silence after the 101', networks.silentAfterUpgrade, mode, hanging);
    broken('buffers answers', networks.buffering, mode,
      { goal: GOAL.explicit + POLLING_DELAY, wins: 'xhr_polling' });
    broken('swallows packets', networks.swallowing, mode, hanging);
    broken('refuses', networks.refusing, mode, explicit);
    broken('resets', networks.resetsUpgrades, mode, explicit);
    broken('cuts', networks.cutting, mode, { goal: GOAL.explicit, wins: 'ws' });
    for (const transports of ['xhr_streaming', 'xhr_polling', 'sockjs']) {
      broken(`cuts ${transports}`, networks.cutting, mode,
        { goal: GOAL.explicit, wins: transports, transports });
    }
  }
  broken('another certificate, for ws', networks.interceptingWebSockets, 'https',
    { goal: GOAL.explicit, wins: 'xhr_streaming' });
});

test('another certificate: it does not connect, and says why', async (t) => {
  const puppet = start(t, await networks.intercepting({ t, other, target }), 'https');
  puppet.say('1 connect');
  const { message } = await puppet.sees({ connection: 'error' });
  assert.match(message, /certificate/);
  await puppet.sees({ connection: 'unavailable' });
  assert.equal(connections(puppet), 0);
  results.push({ order: cases + 1, network: 'another certificate', mode: 'https', transport: 'none, and says why' });
});
