// What the soak runs: the server, and the crowds of clients. Their logs go to files, for they are long.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import readline from 'node:readline';

import { soon } from '../../e2e/lib/program.mjs';

const START_MS = 60_000;
const ANSWER_MS = 60_000;
const STOP_MS = 60_000;

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

// Milliseconds of the clock that the clients use as well.
export const now = () => Number(process.hrtime.bigint() / 1_000_000n);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A port below those that the system gives to connections: a client that asks again and again for one of
// these, while nobody listens there, ends up connected to itself, and then nobody can listen there.
export async function lowPort(random) {
  for (let i = 0; i < 100; i++) {
    const port = 10_000 + Math.floor(random() * 20_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no port is free');
}

// A program that writes its log to a file. One that ends without having been told to has failed.
class Process {
  constructor(name, command, args, { log, env = {} }) {
    const fd = openSync(log, 'a');
    this.name = name;
    this.mayEnd = false;
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', fd] });
    closeSync(fd);
    this.pid = this.child.pid;
    running.add(this.child);
    this.child.on('error', () => {}); // it could not be started: it ends at once
    this.child.stdin.on('error', () => {});
    this.reader = readline.createInterface({ input: this.child.stdout });
    this.end = once(this.child, 'exit').then(([code, signal]) => {
      running.delete(this.child);
      this.ended = code ?? signal;
      return this.ended;
    });
  }

  signal(name) {
    this.child.kill(name);
  }

  // Resolves with the exit code, or the name of the signal.
  stop(signal) {
    this.mayEnd = true;
    if (signal) this.signal(signal);
    return soon(this.end, `${this.name} ends`, STOP_MS);
  }

  mustLive() {
    if (this.ended !== undefined && !this.mayEnd) throw new Error(`${this.name} ended by itself, with ${this.ended}`);
  }

  // Kilobytes that are resident, and open descriptors.
  memory() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]);
  }

  descriptors() {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  // How many it may have: the soft limit, which a program's owner may lower and raise again.
  limit(count) {
    execFileSync('prlimit', ['--pid', String(this.pid), `--nofile=${count ?? ''}:`]);
  }

  hardLimit() {
    return Number(/Max open files\s+\S+\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/limits`, 'utf8'))[1]);
  }
}

// `pusher serve`, which may be ended and started anew on the same ports.
export class Server {
  constructor({ command, config, logs, state }) {
    Object.assign(this, { command, config, logs, state });
    this.life = 0;
    this.read = 0; // bytes of the log that have been judged
  }

  async start() {
    this.life++;
    this.read = 0;
    this.log = join(this.logs, `server-${this.life}.log`);
    this.process = new Process('the server', this.command, ['serve', '--config', this.config(this.life)],
      { log: this.log, env: { XDG_STATE_HOME: this.state } });
    let heard = 0;
    const ready = new Promise((resolve) => {
      this.process.reader.on('line', (line) => line.startsWith('listening ') && ++heard === 2 && resolve());
    });
    const ended = this.process.end.then((code) => {
      throw new Error(`the server ended with ${code}: ${this.newLines().at(-1)}`);
    });
    ended.catch(() => {});
    await soon(Promise.race([ready, ended]), 'the server listens', START_MS);
    this.process.limit(this.process.hardLimit());
  }

  stop(signal) {
    return this.process.stop(signal);
  }

  // Lines of the log that are new since the last call.
  newLines() {
    const text = existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
    const lines = text.slice(this.read).split('\n').filter(Boolean);
    this.read = text.length;
    return lines;
  }

  // Keeps the log of a life that is over where it can be read afterwards.
  keepLog(folder) {
    if (this.logs !== folder && existsSync(this.log))
      copyFileSync(this.log, join(folder, `server-${this.life}.log`));
  }
}

// A process with many clients, which answers questions about them.
export class Crowd {
  constructor({ command, args, name, log, wrong }) {
    this.name = name;
    this.process = new Process(name, command, args, { log });
    this.waiting = [];
    this.status = { connected: 0, there: 0, transports: {}, tls: 0, events: 0, connects: 0 };
    this.isStopped = false;
    this.process.reader.on('line', (line) => {
      const told = JSON.parse(line);
      if (told.answer) this.waiting.shift()?.(told);
      else wrong({ crowd: name, ...told });
    });
  }

  ask(line) {
    const answer = new Promise((resolve) => this.waiting.push(resolve));
    this.process.child.stdin.write(`${line}\n`);
    const ended = this.process.end.then((code) => {
      throw new Error(`${this.name} ended with ${code}`);
    });
    return soon(Promise.race([answer, ended]), `${this.name} answers '${line.split(' ')[0]}'`, ANSWER_MS);
  }

  async look() {
    if (!this.isStopped) this.status = await this.ask('status');
    return this.status;
  }

  pause() {
    this.isStopped = true;
    this.process.signal('SIGSTOP');
  }

  goOn() {
    this.process.signal('SIGCONT');
    this.isStopped = false;
  }

  // Lets its clients go, and resolves with the exit code.
  finish() {
    this.process.child.stdin.end();
    return this.process.stop();
  }

  kill() {
    return this.process.stop('SIGKILL');
  }
}
