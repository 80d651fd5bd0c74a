// Publishes numbered events on each feed, one after the other, whatever happens to the server. Each says which
// one the server has taken before it, so that receivers know what they should have got (crowd/watch.h).
import http from 'node:http';

import { application } from '../../e2e/lib/application.mjs';
import { now, sleep } from './programs.mjs';

// Of the server with the default credentials and dev_auth: docs/server.md tells it.
const MASTER_KEY = 'MgVTcMEStEKb1watEqJ62/bUC3N0L9aG5Lf8txvXAhw=';
const PAUSE_AFTER_FAILURE_MS = 200;

export class Publisher {
  constructor({ port, feeds, rate }) {
    const agent = new http.Agent({ keepAlive: true });
    this.sdk = application(port, { encryptionMasterKeyBase64: MASTER_KEY, agent });
    this.interval = 1000 / rate;
    this.feeds = feeds.map((name) => ({ name, number: 0, before: 0, beforeMs: 0, isBusy: false }));
    this.taken = 0;
    this.failed = 0;
    this.failures = new Map(); // why, and how often
    this.isGoing = true;
    this.isPaused = false;
    this.done = Promise.all(this.feeds.map((feed) => this.run(feed)));
  }

  // True: the server has taken it. There is no time limit: an event that was given up could come later.
  async publish(feed, size) {
    const begun = now();
    const number = ++feed.number;
    try {
      await this.sdk.trigger(feed.name, 'number', [number, feed.before, feed.beforeMs, 'x'.repeat(size)]);
    } catch (error) {
      this.failed++;
      const why = error.status ?? error.error?.code ?? error.message;
      this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
      return false;
    }
    this.taken++;
    Object.assign(feed, { before: number, beforeMs: begun });
    return true;
  }

  async run(feed) {
    await sleep(Math.random() * this.interval);
    while (this.isGoing) {
      if (!this.isPaused) {
        feed.isBusy = true;
        const isTaken = await this.publish(feed, feed.number % 50 === 0 ? 4000 : feed.number % 200);
        feed.isBusy = false;
        if (!isTaken) await sleep(PAUSE_AFTER_FAILURE_MS);
      }
      await sleep(this.interval);
    }
  }

  // Nothing is on its way any more when it resolves.
  async pause() {
    this.isPaused = true;
    while (this.feeds.some((feed) => feed.isBusy)) await sleep(10);
  }

  goOn() {
    this.isPaused = false;
  }

  // One more event on each feed while the rest pauses. False: the server did not take all of them.
  async once() {
    const results = await Promise.all(this.feeds.map((feed) => this.publish(feed, 10)));
    return results.every(Boolean);
  }

  // Many large events on one feed, one after the other.
  async burst(feed, count, size) {
    await this.pause();
    for (let i = 0; i < count; i++) await this.publish(feed, size);
    this.goOn();
  }

  // Why events were not taken, and how often since the start.
  reasons() {
    return [...this.failures].map(([why, count]) => `${why} ${count}`).join(', ');
  }

  // The last number of each feed that the server has taken.
  numbers() {
    return this.feeds.map((feed) => feed.before);
  }

  stop() {
    this.isGoing = false;
    return soonAll(this.done);
  }
}

// A server that is dead answers nobody: its publishers end with the program.
const soonAll = (done) => Promise.race([done, sleep(5000)]);
