// The clients of puppet.c, steered from here.
import { fileURLToPath } from 'node:url';

import { Program } from './program.mjs';

const BIN = process.env.PUPPET_BIN ??
  fileURLToPath(new URL('../../../build/bin/e2e_puppet', import.meta.url));

export class Puppet {
  // Ends with the test. `options` are those of struct pusher_options; a list becomes words with commas.
  constructor(t, { proxy, ...options }, { env } = {}) {
    if (proxy) env = { http_proxy: proxy, https_proxy: proxy, ...env };
    const args = Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`);
    this.program = new Program(BIN, args, { env, input: null });
    t.after(() => this.program.stop('SIGKILL'));
    this.lines = []; // what it has told, parsed
  }

  // Everything that it has told until now.
  get told() {
    while (this.lines.length < this.program.out.length) {
      this.lines.push(JSON.parse(this.program.out[this.lines.length]));
    }
    return this.lines;
  }

  // `words` is a command, such as "1 subscribe my-channel".
  say(words) {
    this.program.child.stdin.write(`${words}\n`);
  }

  // Resolves with the first thing told, from the given place on, that has all these values. A client
  // that gives up ends the wait.
  async sees(values, from = 0) {
    const wanted = { test: (line) => matches(JSON.parse(line), values) || GIVEN_UP.test(line),
      toString: () => JSON.stringify(values) };
    const line = JSON.parse(await this.program.line('out', wanted, from));
    if (!matches(line, values)) throw this.program.complaint(`${wanted}: a client has given up`);
    return line;
  }

  // The name of the transport that a client tried last: with one connection, the one it has.
  transport(client = 1) {
    const tried = this.told
      .filter((line) => line.client === client && line.log?.startsWith('["Connecting"'))
      .map((line) => JSON.parse(line.log)[1].transport);
    return tried.at(-1);
  }

  // Resolves with the exit code.
  async end() {
    this.program.child.stdin.end();
    return this.program.end();
  }
}

const GIVEN_UP = /"connection":"failed"/;

const matches = (line, values) =>
  Object.entries(values).every(([name, value]) => line[name] === value);
