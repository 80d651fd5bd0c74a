// What the soak says: how it goes, each injury, and the end.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { table } from '../../e2e/lib/table.mjs';

const LINE_EVERY_MS = 15_000; // where lines can't be overwritten

const megabytes = (kilobytes) => (kilobytes / 1024).toFixed(1);

export class Report {
  constructor({ world, isJson, seed, folder }) {
    Object.assign(this, { world, isJson, seed, folder });
    this.begun = Date.now();
    this.doing = 'connecting';
    this.cycles = [];
    this.checks = []; // { injury, what, problem, at }
    this.notRun = []; // [injury, why]
    this.last = { at: 0, events: 0, shown: 0 };
  }

  at() {
    const seconds = Math.round((Date.now() - this.begun) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  clear() {
    if (!this.isJson && process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  }

  say(text) {
    this.clear();
    appendFileSync(join(this.folder, 'soak.log'), `${text}\n`);
    if (!this.isJson) console.log(text);
  }

  tell(record) {
    appendFileSync(join(this.folder, 'soak.jsonl'), `${JSON.stringify(record)}\n`);
    if (this.isJson) console.log(JSON.stringify(record));
  }

  // One line about now. Whatever is wrong is told by who waits for it.
  async progress() {
    const { world } = this;
    if (this.isLooking) return;
    this.isLooking = true;
    await world.look().catch(() => {});
    this.isLooking = false;
    const events = world.count('events');
    const now = Date.now();
    const rate = Math.round(((events - this.last.events) * 1000) / Math.max(1, now - this.last.at));
    const transports = Object.entries(world.transports()).filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`).join(', ');
    const memory = (of) => {
      try {
        return megabytes(of.process.memory());
      } catch {
        return '-'; // it is gone just now
      }
    };
    const line = `${this.at()} ${this.doing}: ${world.count('connected')} of ${world.total} connected (${transports}; ` +
      `${world.count('tls')} over TLS), ` +
      `${rate} events/s, server ${memory(world.server)} MB, clients ${world.crowds.map(memory).join(' ')} MB`;
    Object.assign(this.last, { at: now, events });
    appendFileSync(join(this.folder, 'progress.log'), `${line}\n`);
    if (this.isJson) return;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, (process.stdout.columns ?? 200) - 1)}`);
    else if (now - this.last.shown > LINE_EVERY_MS) {
      this.last.shown = now;
      console.log(line);
    }
  }

  check(injury, checks) {
    for (const [what, problem] of checks) {
      this.checks.push({ injury, what, problem, at: this.at() });
      if (problem) this.say(`FAILED at ${this.at()}, seed ${this.seed}, ${injury}: ${what}: ${problem}`);
    }
  }

  cycle(row) {
    this.cycles.push(row);
    this.tell({ cycle: this.cycles.length, ...row });
    this.say(`${this.at()} ${row.injury}: ${row.failed === 0 ? 'fine' : `${row.failed} failed`}; all there again after ` +
      `${(row.backMs / 1000).toFixed(1)} s, ${row.lost} connections anew, ${row.events} events; server ` +
      `${megabytes(row.server)} MB, ${row.descriptors} descriptors, clients ` +
      `${row.crowds.map(({ memory }) => megabytes(memory)).join(' ')} MB`);
  }

  skip(injury, why) {
    this.notRun.push([injury, why]);
    this.say(`not run: ${injury}: ${why}`);
  }

  // The end of it. True: nothing failed.
  finish(grown) {
    const rows = this.cycles.map((row) => [row.injury, (row.backMs / 1000).toFixed(1), row.lost, row.events,
      row.taken, row.untaken, megabytes(row.server), row.descriptors,
      row.crowds.map(({ memory }) => megabytes(memory)).join(' '), row.failed === 0 ? '' : 'FAILED']);
    this.say(table(`\n${this.world.total} clients, ${this.at()} minutes, seed ${this.seed}`,
      ['injury', 'all back, s', 'connected anew', 'events', 'published', 'not taken', 'server MB', 'descriptors',
        'clients MB', ''], rows));
    this.say(table('Memory at rest: the mean of the first third of the measurements, and the least of the last',
      ['process', 'measured', 'MB', 'then', 'change'],
      grown.filter(({ memory }) => memory).map(({ name, samples, memory }) => [name, samples, megabytes(memory.first),
        megabytes(memory.last), `${((memory.last / memory.first - 1) * 100).toFixed(1)} %`])));
    const failed = this.checks.filter((check) => check.problem);
    for (const { injury, what, problem, at } of failed)
      this.say(`FAILED at ${at}, seed ${this.seed}, ${injury}: ${what}: ${problem}`);
    const summary = { passed: this.checks.length - failed.length, failed: failed.length, not_run: this.notRun.length };
    this.tell({ seed: this.seed, ...summary, failures: failed, growth: grown });
    if (failed.length > 0) this.say(`the logs are in ${this.folder}`);
    this.say(`${summary.passed} passed, ${summary.failed} failed${summary.not_run > 0
      ? `, ${summary.not_run} injuries not run: ${this.notRun.map(([injury, why]) => `${injury} (${why})`).join('; ')}` : ''}`);
    return failed.length === 0;
  }
}
