// Virtual time for one stub page: timers, Date and performance all read it, and it moves only when a
// scenario says so. Timers that are due at the same moment run in the order in which they were set.

// A page that sets more timers than this for one wait is in a tight loop.
const MOST_TIMERS_PER_WAIT = 20000;

const turn = () => new Promise((resolve) => setImmediate(resolve));

export class Clock {
  // What the wall clock shows when a page is opened; any time will do.
  static OPENED_AT = 1700000000000;

  #timers = new Map();
  #lastId = 0;
  #now = 0;

  constructor(run) {
    this.run = run;
  }

  // Milliseconds since the page was opened.
  get now() {
    return this.#now;
  }

  get wall() {
    return Clock.OPENED_AT + this.#now;
  }

  set(action, delay, repeat = false) {
    const wait = Math.max(0, Number(delay) || 0);
    const id = ++this.#lastId;
    this.#timers.set(id, { id, action, at: this.#now + wait, wait, repeat });
    return id;
  }

  clear(id) {
    this.#timers.delete(id);
  }

  // Lets `ms` pass. Promises are settled before the first timer and after each.
  async pass(ms) {
    const end = this.#now + ms;
    await turn();
    for (let count = 0; ; count += 1) {
      const timer = this.#next(end);
      if (timer === undefined) {
        break;
      }
      if (count === MOST_TIMERS_PER_WAIT) {
        throw new Error(`more than ${count} timers in ${ms} ms: the client is in a tight loop`);
      }
      this.#now = Math.max(this.#now, timer.at);
      if (timer.repeat) {
        timer.at = this.#now + Math.max(1, timer.wait);
      } else {
        this.#timers.delete(timer.id);
      }
      this.run(timer.action);
      await turn();
    }
    this.#now = end;
  }

  #next(end) {
    let next;
    for (const timer of this.#timers.values()) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) {
        next = timer;
      }
    }
    return next;
  }
}
