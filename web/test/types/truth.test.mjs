// What our declarations promise is there at run time.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

import { makeSubject } from '../lib/subjects.mjs';
import { compile, OURS } from './program.mjs';
import { surface } from './surface.mjs';

const require = createRequire(import.meta.url);
const ONLY_IN_PAGES = [
  'ScriptReceivers', 'DependenciesReceivers', 'ScriptReceiverFactory', 'DependencyLoader', 'Dependencies',
  'auth_callbacks', 'cdn_http', 'cdn_https', 'dependency_suffix',
];
const LATER = ['log', 'socket_id']; // set by the program, or by the first connection

// An optional member may be missing: parts of pusher-js's inner workings, and what only some platforms have.
const isPromised = (symbol) => !(symbol.flags & ts.SymbolFlags.Optional);

test('every member that is not optional exists', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-truth-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const Pusher = require(await makeSubject('pusher.node', folder));
  const pusher = new Pusher('key', { wsHost: '127.0.0.1', enabledTransports: [] });
  t.after(() => pusher.disconnect());
  const room = pusher.subscribe('presence-room');
  const objects = {
    default: pusher,
    Channel: pusher.subscribe('my-channel'),
    PrivateChannel: pusher.subscribe('private-channel'),
    PresenceChannel: room,
    EncryptedChannel: pusher.subscribe('private-encrypted-channel'),
    Members: room.members,
    Channels: pusher.channels,
    ConnectionManager: pusher.connection,
    User: pusher.user,
    Watchlist: pusher.user?.watchlist,
    Emitter: pusher.global_emitter,
    Runtime: Pusher.Runtime,
    Reachability: Pusher.Runtime.getNetwork(),
  };

  const { program, checker } = compile('ours.ts', OURS);
  const missing = [];
  for (const [name, symbol] of surface(checker, program.getSourceFile(OURS))) {
    const [, owner, mark, member] = /^(\w+)(\.| static )?(\w+)?$/.exec(name);
    if (!member || !isPromised(symbol) || LATER.includes(member)) continue;
    if (mark === '.') {
      if (owner in objects && !(objects[owner] && member in objects[owner])) missing.push(name);
    } else if (!ONLY_IN_PAGES.includes(member) && Pusher[member] === undefined) {
      missing.push(name);
    }
  }
  assert.deepEqual(missing, []);
});
