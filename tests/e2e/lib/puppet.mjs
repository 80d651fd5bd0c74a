// The clients of puppet/, steered from here.
import { fileURLToPath } from 'node:url';

import { Program } from './program.mjs';

const BIN = process.env.PUPPET_BIN ??
  fileURLToPath(new URL('../../../build/bin/e2e_puppet', import.meta.url));

export class Puppet {
  // Ends with the test. `options` are those of struct pusher_options, a list is words with commas; `more`
  // are [NAME, VALUE] for those that may come often; `env` is added to the environment, `prefix` are words
  // in front of the command. Nothing is remembered of other runs.
  constructor(t, { env, prefix = [], more = [], ...options }) {
    const args = [...Object.entries({ no_transport_cache: true, ...options }), ...more]
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`);
    const [command, ...rest] = [...prefix, BIN, ...args];
    this.program = new Program(command, rest, { env, input: null });
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

  // Resolves with the first thing told, from the given place on, that has all these values, or makes the
  // given function true. A client that gives up ends the wait.
  async sees(values, from = 0) {
    const isIt = typeof values === 'function' ? values : (line) =>
      Object.entries(values).every(([name, value]) => line[name] === value);
    const wanted = { test: (line) => isIt(JSON.parse(line)) || GIVEN_UP.test(line),
      toString: () => (typeof values === 'function' ? values.toString() : JSON.stringify(values)) };
    const line = JSON.parse(await this.program.line('out', wanted, from));
    if (!isIt(line)) throw this.program.complaint(`${wanted}: a client has given up`);
    return line;
  }

  // The name of the transport of a client's last connection.
  transport(client = 1) {
    return this.told.filter((line) => line.client === client && line.connection === 'connected').at(-1)?.transport;
  }

  // Resolves with the exit code.
  async end() {
    this.program.child.stdin.end();
    return this.program.end();
  }
}

const GIVEN_UP = /"connection":"failed"/;

