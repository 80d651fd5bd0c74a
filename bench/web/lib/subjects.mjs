// The two libraries that are compared: ours, bundled from the tree, minified as it is published, and pusher-js
// as npm has it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeSubject } from '../../../web/test/lib/subjects.mjs';

const theirs = (path) =>
  fileURLToPath(new URL(`../../../tests/e2e/node_modules/pusher-js/dist/${path}`, import.meta.url));

// A folder that goes with the program.
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'pusher-bench-'));
  process.on('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return path;
}

// Paths by name, for pages or for Node.
export async function subjects(platform, where) {
  const page = platform !== 'node';
  return {
    'pusher-c': await makeSubject(page ? 'pusher.min' : 'pusher.node', where),
    'pusher-js': theirs(page ? 'web/pusher.min.js' : 'node/pusher.js'),
  };
}
