// Receivers of webhooks that are down, answer 500, or are slow, for two minutes: everything arrives, in the order of
// each channel, and a server with receivers that never come back needs no more memory than it was given.
//
//     MIN=2 node tests/soak/webhooks.mjs
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { APP, freePort, serve } from '../e2e/lib/servers.mjs';
import { folder } from '../e2e/lib/software.mjs';
import { soon, until } from '../e2e/lib/program.mjs';
import { signingClient as client, subscribed } from '../e2e/lib/signing_client.mjs';
import { table } from '../e2e/lib/table.mjs';
import { webhookReceiver } from '../e2e/lib/webhook_receiver.mjs';

const MINUTES = Number(process.env.MIN || 2);
const DOWN_MS = MINUTES * 60_000;
const CHANNELS = 20;
const INTERVAL_MS = 50; // between two events
const SLOW_MS = 250;
const PATIENCE_MS = 90_000; // the longest pause between two tries, and what has to follow then

// What is promised.
const MAX_EVENTS = 10_000; // that wait for an app: the default
const MAX_GROWTH_KB = 8 * 1024; // while the receivers are down
const FLOOD = 100_000; // events that nobody takes
const MAX_FLOOD_GROWTH_KB = 24 * 1024; // webhook_max_bytes, and half as much again

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Kilobytes of the process: now, and at most.
function memory({ pid }) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]);
  return { now: of('VmRSS'), most: of('VmHWM') };
}

async function start(t, webhooks, settings = {}) {
  const config = join(folder(t), 'config.json');
  const state = join(folder(t), 'webhooks.state');
  const app = { id: APP.appId, key: APP.key, secret: APP.secret, client_events_per_second: 0, webhooks };
  writeFileSync(config, JSON.stringify({ webhook_state: state, ...settings, apps: [app] }));
  return serve(t, ['--config', config]);
}

// The numbers of the client events that were taken, by channel.
function numbersOf(events) {
  const byChannel = new Map();
  for (const { name, channel, data } of events) {
    if (name !== 'client_event') continue;
    byChannel.set(channel, [...(byChannel.get(channel) ?? []), Number(data)]);
  }
  return byChannel;
}

test(`receivers in trouble for ${MINUTES} minutes`, async (t) => {
  const downPort = await freePort();
  const began = Date.now();
  const isBad = () => Date.now() - began < DOWN_MS;
  const receivers = {
    '500': await webhookReceiver(t, { answer: () => (isBad() ? 500 : 200) }),
    slow: await webhookReceiver(t, { answer: () => ({ status: 200, after: isBad() ? sleep(SLOW_MS) : undefined }) }),
  };
  const { port, program } = await start(t, [
    { url: `http://127.0.0.1:${downPort}/webhooks` },
    { url: receivers['500'].url },
    { url: receivers.slow.url, batching: true },
  ]);
  const pusher = client(t, port);
  const names = Array.from({ length: CHANNELS }, (_, i) => `private-${i}`);
  const channels = await Promise.all(names.map((name) => subscribed(pusher, name)));
  const before = memory(program.child);
  let sent = 0;
  while (isBad()) {
    channels[sent % CHANNELS].trigger('client-e', String(Math.floor(sent / CHANNELS)));
    sent++;
    await sleep(INTERVAL_MS);
  }
  const during = memory(program.child);
  receivers.down = await webhookReceiver(t, { port: downPort });
  const rows = [];
  for (const [name, receiver] of Object.entries(receivers)) {
    const deadline = Date.now() + PATIENCE_MS;
    while (receiver.events.length < sent + CHANNELS && Date.now() < deadline) await sleep(50);
    for (const [channel, numbers] of numbersOf(receiver.events)) {
      const firsts = numbers.filter((number, i) => numbers.indexOf(number) === i);
      const all = Math.ceil((sent - names.indexOf(channel)) / CHANNELS);
      assert.deepEqual(firsts, Array.from({ length: all }, (_, i) => i), `${name}: ${channel}`);
    }
    assert.equal(numbersOf(receiver.events).size, CHANNELS, name);
    rows.push([name, sent + CHANNELS, receiver.events.length, receiver.requests.length,
      `${((Date.now() - began - DOWN_MS) / 1000).toFixed(1)} s`]);
  }
  const after = memory(program.child);
  console.log(table(`${MINUTES} minutes of trouble`, ['receiver', 'events', 'taken', 'requests', 'all there after'], rows));
  console.log(`resident: ${before.now} kB before, ${during.now} kB at the end of the trouble, ${after.most} kB at most, ` +
    `${after.now} kB after`);
  assert.ok(after.most - before.now < MAX_GROWTH_KB, `grew by ${after.most - before.now} kB`);
  assert.equal(program.err.filter((line) => /dropped|gave up/.test(line)).length, 0);
});

test('a flood that nobody takes', async (t) => {
  const receiver = await webhookReceiver(t, { answer: () => ({ status: 200, after: new Promise(() => {}) }) });
  const { port, program } = await start(t, [{ url: receiver.url }, { url: `http://127.0.0.1:${await freePort()}/` }]);
  const pusher = client(t, port);
  const channel = await subscribed(pusher, 'private-flood');
  const before = memory(program.child);
  const data = 'x'.repeat(1000);
  for (let i = 0; i < FLOOD; i++) {
    channel.trigger('client-e', data);
    if (i % 200 === 0) await sleep(1);
  }
  const reply = new Promise((resolve) => channel.bind('pusher:error', resolve));
  pusher.send_event('client-e', {}, 'private-not-mine'); // is refused, behind all of it
  await soon(Promise.race([reply, new Promise((resolve) => pusher.connection.bind('error', resolve))]), 'the end', 60_000);
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  const fact = (name) => Number(new RegExp(`${name}</dt><dd>(\\d+)<`).exec(page)[1]);
  const after = memory(program.child);
  console.log(table('A flood', ['events', 'waiting', 'dropped', 'resident before', 'at most'], [[2 * FLOOD,
    fact('Webhook events waiting'), fact('Of them dropped'), `${before.now} kB`, `${after.most} kB`]]));
  assert.ok(fact('Webhook events waiting') <= MAX_EVENTS);
  assert.ok(after.most - before.now < MAX_FLOOD_GROWTH_KB, `grew by ${after.most - before.now} kB`);
  await until(() => program.err.some((line) => /dropped \d+ webhook events/.test(line)), 'a line about it');
});
