// Whom a program contacts: strace tells of every address that it connects or sends to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { folder } from './software.mjs';

const CALLS = 'connect,sendto,sendmsg,sendmmsg';

// The addresses in strace's arguments, of IPv4 and IPv6.
const V4 = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/g;
const V6 = /sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"/g;

export class Trace {
  constructor(t) {
    this.file = join(folder(t), 'calls');
    // Put in front of a command. All threads are followed: names are resolved on threads.
    // The sanitizer's search for leaks does not work below strace.
    const sanitizer = `ASAN_OPTIONS=${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0`;
    this.prefix = ['strace', '-f', '-qq', '-E', sanitizer, '-e', `trace=${CALLS}`, '-o', this.file];
  }

  // "ADDRESS:PORT" of all that was contacted, each once; after the program's end.
  get contacts() {
    const text = readFileSync(this.file, 'utf8');
    const found = [
      ...[...text.matchAll(V4)].map(([, port, address]) => `${address}:${port}`),
      ...[...text.matchAll(V6)].map(([, port, address]) => `[${address}]:${port}`),
    ];
    return [...new Set(found)].sort();
  }
}
