// A small disk of the soak's own, which can be full: a tmpfs in a mount namespace, which needs no rights where
// the system lets users have namespaces, and is gone with the program.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { enterNamespace } from '../../e2e/lib/namespace.mjs';

const SIZE = '8m';

// True: the program runs where it may mount; outside it is run again inside of it.
export const inMountNamespace = () => enterNamespace('PUSHER_SOAK_NAMESPACE', ['--mount'], ['mount', '-t', 'tmpfs', 'tmpfs', '/tmp']);

export class Disk {
  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], { stdio: 'pipe' });
  }

  fill() {
    const fd = openSync(join(this.folder, 'ballast'), 'w');
    try {
      for (const size of [65_536, 512, 1])
        for (let isFull = false; !isFull;) {
          try {
            writeSync(fd, Buffer.alloc(size));
          } catch (error) {
            if (error.code !== 'ENOSPC') throw error;
            isFull = true;
          }
        }
    } finally {
      closeSync(fd);
    }
  }

  empty() {
    rmSync(join(this.folder, 'ballast'), { force: true });
  }
}
