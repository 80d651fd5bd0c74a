// Programs under test: started, listened to line by line, and always ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import readline from 'node:readline';

// Long enough for a busy machine; a test that waits that long has failed.
const PATIENCE_MS = 20_000 * Number(process.env.PUSHER_TEST_PATIENCE ?? 1); // more under valgrind

const running = new Set();
process.on('exit', () => running.forEach(kill));

// Ends a program with all that it has started: each is the first of a process group of its own.
function kill(child) {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

// Settings of the person who runs the tests must not reach the programs under test.
function environment(extra) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^PUSHER_|_proxy$/i.test(name) && name !== 'NO_COLOR'),
  );
  return { ...env, ...extra };
}

export class Program {
  // `input` is all that the program can read; with null its standard input stays open.
  constructor(command, args = [], { env = {}, input } = {}) {
    this.name = [command, ...args].join(' ');
    this.out = []; // lines of standard output
    this.err = []; // lines of standard error
    this.waiting = new Set();
    this.child = spawn(command, args, { env: environment(env), stdio: 'pipe', detached: true });
    running.add(this.child);
    this.child.on('error', (error) => this.err.push(error.message)); // it could not be started
    this.child.stdin.on('error', () => {}); // it may end without reading
    if (input !== null) this.child.stdin.end(input);
    for (const [stream, lines] of [['stdout', this.out], ['stderr', this.err]]) {
      readline.createInterface({ input: this.child[stream] }).on('line', (line) => {
        lines.push(line);
        this.look();
      });
    }
    this.exit = once(this.child, 'close').then(([code, signal]) => {
      running.delete(this.child);
      this.code = code ?? signal;
      this.look();
      return this.code;
    });
  }

  look() {
    for (const check of this.waiting) check();
  }

  // Resolves with the first line, of one stream ("out", "err"), that matches; from the given line on.
  line(stream, pattern, from = 0) {
    return new Promise((resolve, reject) => {
      const done = (settle, value) => {
        clearTimeout(timer);
        this.waiting.delete(check);
        settle(value);
      };
      const check = () => {
        const found = this[stream].slice(from).find((line) => pattern.test(line));
        if (found !== undefined) done(resolve, found);
        else if (this.code !== undefined) done(reject, this.complaint(`ended without ${pattern}`));
      };
      const timer = setTimeout(() => done(reject, this.complaint(`no ${pattern} in time`)), PATIENCE_MS);
      this.waiting.add(check);
      check();
    });
  }

  // Resolves with the exit code (or the signal's name).
  async end() {
    const timer = setTimeout(() => kill(this.child), PATIENCE_MS);
    const code = await this.exit;
    clearTimeout(timer);
    return code;
  }

  async stop(signal = 'SIGTERM') {
    if (signal === 'SIGKILL') kill(this.child);
    else this.child.kill(signal);
    return this.end();
  }

  complaint(what) {
    return new Error(
      `${this.name}: ${what}; exit ${this.code}\n--- out\n${this.out.join('\n')}\n--- err\n${this.err.join('\n')}`,
    );
  }
}

// Runs a program to its end: { code, out, err } with the two as one text each.
export async function run(command, args, options) {
  const program = new Program(command, args, options);
  const code = await program.end();
  const text = (lines) => lines.map((line) => `${line}\n`).join('');
  return { code, out: text(program.out), err: text(program.err) };
}

// Resolves as soon as the condition holds; for what tells nobody when it changes.
export async function until(condition, what) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// The promise, or an error that says what did not happen.
export function soon(promise, what, ms = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in vain: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A stand-in for a test's context whose `after` waits until all tests of the file have ended.
export function wholeFile() {
  const ends = [];
  after(() => Promise.all(ends.map((end) => end())));
  return { after: (end) => ends.push(end) };
}
