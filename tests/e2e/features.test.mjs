// Every feature with every client: ours in C, in Node and in Chromium, and npm's pusher-js 8; with
// `pusher serve`, and an application on the unmodified `pusher` SDK. Each cell of the table is a run.
import test from 'node:test';
import assert from 'node:assert/strict';

import { Application } from './features/application.mjs';
import { startServer } from './features/apps.mjs';
import { Cell } from './features/cell.mjs';
import { clients } from './features/clients.mjs';
import { BATCH_ROWS } from './features/rows_batch.mjs';
import { CACHE_ROWS } from './features/rows_cache.mjs';
import { CHANNEL_ROWS } from './features/rows_channels.mjs';
import { ENCRYPTED_ROWS } from './features/rows_encrypted.mjs';
import { USER_ROWS } from './features/rows_users.mjs';
import { WEBHOOK_ROWS } from './features/rows_webhooks.mjs';
import { show, table } from './lib/table.mjs';

// They mostly wait.
const AT_ONCE = 12;

// Parts of names, to play less by hand; a table with holes does not pass.
const { FEATURES: only = '' } = process.env;

const ROWS = [...CHANNEL_ROWS, ...BATCH_ROWS, ...ENCRYPTED_ROWS, ...CACHE_ROWS, ...USER_ROWS, ...WEBHOOK_ROWS];

async function pool(items, work) {
  const queue = [...items];
  const worker = async () => {
    while (queue.length) await work(queue.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const brief = (text) => (text.length > 4000 ? `${text.slice(0, 1500)}\n...\n${text.slice(-2500)}` : text);

test('every feature with every client', async (t) => {
  const all = await Application.start(t);
  const { port } = await startServer(t, all.hookUrl);
  const { columns, problems } = await clients(t, all.site);
  const names = Object.keys(columns);
  const results = new Map(ROWS.map((row) => [row, {}]));
  const failures = [];
  const todo = ROWS.filter(({ name }) => name.includes(only))
    .flatMap((row) => names.filter((name) => !row.without?.[name]).map((column) => ({ row, column })));
  let count = 0;
  await pool(todo, async ({ row, column }) => {
    const id = String(++count);
    const cell = new Cell(t, { id, open: columns[column], application: all.cell(id, port), all, port });
    try {
      await row.play(cell, column);
      await cell.close();
      results.get(row)[column] = 'works';
    } catch (error) {
      results.get(row)[column] = 'FAILED';
      failures.push(`${row.name}, ${column}: ${brief(error.stack)}`);
    }
  });
  // The last thing: a connection of pusher-js that the server has closed keeps a timer, and so the process, for
  // half a minute.
  t.after(() => setTimeout(() => process.exit(), 500).unref());
  const reasons = ROWS.flatMap((row) => Object.entries(row.without ?? {}).map(([column, reason]) => {
    results.get(row)[column] = '-';
    return `- ${row.name}, ${column}: ${reason}`;
  }));
  show('features',
    table('Each feature of the protocol with each client, against pusher serve and the SDK for applications.',
      ['feature', ...names],
      ROWS.map((row) => [row.name, ...names.map((name) => results.get(row)[name])])),
    ...reasons);
  for (const failure of failures) console.log(failure);
  const holes = ROWS.flatMap((row) => names.filter((name) => !results.get(row)[name]).map((name) => `${row.name}, ${name}`));
  assert.deepEqual([...failures.map((text) => text.split('\n')[0]), ...problems], []);
  assert.deepEqual(all.bad, [], 'webhooks that are not valid');
  assert.deepEqual(holes, []);
});
