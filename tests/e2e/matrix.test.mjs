// The native client with `pusher serve`, over each transport, through each kind of proxy: public, private
// and presence channels, and client events both ways. The result is printed as a table.
import test, { before } from 'node:test';
import assert from 'node:assert/strict';

import { application } from './lib/application.mjs';
import { Authority } from './lib/certificates.mjs';
import { Puppet } from './lib/puppet.mjs';
import { PROXY_USER, proxyOptions, ways } from './lib/ways.mjs';
import { show, table } from './lib/table.mjs';
import { wholeFile } from './lib/program.mjs';

// Cells that run at the same time: they mostly wait.
const AT_ONCE = 4;

const WAYS = ['direct', 'nginx', 'haproxy', 'tinyproxy', 'squid', 'SOCKS5'];

// `transports` is what the client may use, `wins` the name of what it must have used then.
const ROWS = [
  { name: 'ws', mode: 'http', transports: 'ws', wins: 'ws' },
  { name: 'ws', mode: 'https', transports: 'ws', wins: 'ws' },
  // In the mode without TLS wss joins when ws does not work: its port lets nobody in.
  { name: 'wss', mode: 'http', transports: 'ws,wss', wins: 'wss', wsPort: 'closed' },
  { name: 'wss', mode: 'https',
    impossible: 'with TLS the transport ws is WebSockets over TLS; there is no second one named wss' },
  ...['xhr_streaming', 'xhr_polling', 'sockjs'].flatMap((name) =>
    ['http', 'https'].map((mode) => ({ name, mode, transports: name, wins: name }))),
];

const file = wholeFile();
let authority, places, sdk;
before(async () => {
  authority = new Authority(file);
  places = await ways(file, authority.issue('server'));
  sdk = application(places.api);
});

function options(row, way) {
  const { ports, proxy } = places[way];
  return {
    host: '127.0.0.1',
    port: ports[row.wsPort ?? 'http'],
    tls_port: ports.https,
    plain: row.mode === 'http',
    ca_file: authority.file,
    transports: row.transports,
    // A path would be one on the closed port.
    auth_endpoint: row.wsPort && `http://127.0.0.1:${ports.http}/pusher/auth`,
    ...proxyOptions(proxy),
  };
}

const ACTIVITIES = {
  public: (puppet, id) => published(puppet, `all-${id}`),
  private: (puppet, id) => published(puppet, `private-${id}`),
  presence: async (puppet, id) => {
    await puppet.sees({ client: 1, channel: `presence-${id}`, event: 'pusher:member_added' });
    await published(puppet, `presence-${id}`);
  },
  'client events': async (puppet, id) => {
    const channel = `private-${id}`;
    for (const [from, to] of [[1, 2], [2, 1]]) {
      puppet.say(`${from} trigger ${channel} client-to-${to} {"text":"ä \\"${from}\\""}`);
      const { data } = await puppet.sees({ client: to, channel, event: `client-to-${to}` });
      assert.deepEqual(JSON.parse(data), { text: `ä "${from}"` });
    }
  },
};

// Both clients are subscribed, and get what an application publishes.
async function published(puppet, channel) {
  for (const client of [1, 2]) {
    await puppet.sees({ client, channel, event: 'pusher:subscription_succeeded' });
  }
  await sdk.trigger(channel, 'news', { channel });
  for (const client of [1, 2]) {
    const { data } = await puppet.sees({ client, channel, event: 'news' });
    assert.deepEqual(JSON.parse(data), { channel });
  }
}

// The beginning and the end of a long story.
const brief = (text) => (text.length > 2500 ? `${text.slice(0, 500)}\n...\n${text.slice(-2000)}` : text);

let cells = 0;

// Plays one cell; resolves with what the table says of it.
async function play(t, row, way) {
  const id = ++cells;
  const puppet = new Puppet(t, { ...options(row, way), clients: 2 });
  // The member that is there first sees the second one come.
  puppet.say('1 connect');
  puppet.say(`1 subscribe presence-${id}`);
  await puppet.sees({ client: 1, channel: `presence-${id}`, event: 'pusher:subscription_succeeded' });
  puppet.say('2 connect');
  puppet.say(`2 subscribe presence-${id}`);
  for (const name of ['all', 'private']) puppet.say(`0 subscribe ${name}-${id}`);
  for (const [name, activity] of Object.entries(ACTIVITIES)) {
    await activity(puppet, id).catch((error) => {
      error.message = `${name}: ${error.message}`;
      throw error;
    });
  }
  assert.equal(puppet.transport(), row.wins);
  const twice = puppet.told.filter((line) => line.event === 'news').length - 6;
  assert.equal(twice, 0, 'events that came twice');
  assert.equal(await puppet.end(), 0);
  return `${puppet.told.find((line) => line.connection === 'connected').ms} ms`;
}

// Runs `work` for all items, some at a time.
async function pool(items, work) {
  const queue = [...items];
  const worker = async () => {
    while (queue.length) await work(queue.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

test('every transport through everything', async (t) => {
  const results = new Map(ROWS.map((row) => [row, {}]));
  const failures = [];
  const todo = ROWS.filter((row) => !row.impossible)
    .flatMap((row) => WAYS.map((way) => ({ row, way })));
  await pool(todo, async ({ row, way }) => {
    try {
      results.get(row)[way] = await play(t, row, way);
    } catch (error) {
      results.get(row)[way] = 'FAILED';
      failures.push(`${row.name}, ${row.mode}, ${way}: ${brief(error.message)}`);
    }
  });
  show('matrix',
    table('Public, private, presence, client events both ways; the time is until the first is connected.',
      ['transport', 'mode', ...WAYS],
      ROWS.map((row) => [row.name, row.mode,
        ...WAYS.map((way) => (row.impossible ? '-' : results.get(row)[way]))])),
    ...ROWS.filter((row) => row.impossible).map((row) =>
      `- ${row.name}, ${row.mode}: cannot exist: ${row.impossible}`));
  assert.deepEqual(failures, []);
});

// That the proxies are on the way at all: with a wrong password none of them lets anybody through.
test('no transport gets past a proxy that refuses', async (t) => {
  const todo = ROWS.filter((row) => !row.impossible).flatMap((row) =>
    ['squid', 'SOCKS5'].map((way) => ({ row, way })));
  await pool(todo, async ({ row, way }) => {
    const what = `${row.name}, ${row.mode}, ${way}`;
    const { proxy } = places[way];
    const puppet = new Puppet(t, { ...options(row, way), ...proxyOptions({ ...proxy, password: 'wrong' }) });
    puppet.say('1 connect');
    const { message, result } = await puppet.sees({ connection: 'error' });
    assert.equal(result, 'PUSHER_ERR_PROXY', `${what}: ${message}`);
    for (const { password } of [PROXY_USER, { password: 'wrong' }]) {
      assert(!puppet.program.out.join('\n').includes(password), `${what}: tells the password`);
    }
    assert.equal(puppet.told.filter((line) => line.connection === 'connected').length, 0, what);
    await puppet.program.stop();
  });
  const connects = places.tinyproxy.program.out.concat(places.tinyproxy.program.err)
    .filter((line) => /CONNECT 127\.0\.0\.1:/.test(line));
  assert(connects.length > 0, 'tinyproxy has seen nobody');
});
