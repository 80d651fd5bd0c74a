// A page without a browser: a context of its own with everything that a client asks a page for. All of
// it is fake and told by scenarios what to do; what the client does is written into the trace.
import vm from 'node:vm';
import { Clock } from './clock.mjs';
import { fakeDocument } from './document.mjs';
import { seeded } from './random.mjs';
import { fakeXHR } from './requests.mjs';
import { fakeWebSocket } from './sockets.mjs';
import { fakeStorage } from './storage.mjs';
import { FakeTarget } from './targets.mjs';

const HOST = 'page.example';

// Dates of the page show its own time.
const DATES = `(wall) => {
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...parts) { if (parts.length === 0) { super(wall()); } else { super(...parts); } }
    static now() { return wall(); }
  };
}`;

export class StubPage {
  sockets = [];
  requests = [];
  scripts = [];
  stored = new Map();
  #events = new FakeTarget();

  constructor(trace, { protocol = 'http:', random = 1, stored = {}, without = [] } = {}) {
    this.trace = trace;
    this.random = seeded(random);
    this.location = { protocol, host: HOST, hostname: HOST, pathname: '/', href: `${protocol}//${HOST}/` };
    // An exception of the client that its caller in the browser would get, who would report it.
    this.run = (action) => {
      try {
        action();
      } catch (error) {
        trace.add('exception', { escaped: error });
      }
    };
    this.clock = new Clock(this.run);
    trace.clock = this.clock;
    Object.entries(stored).forEach(([key, value]) => this.stored.set(key, value));
    this.window = vm.createContext({});
    Object.assign(this.window, this.#globals());
    this.evaluate('globalThis.window = globalThis.self = globalThis');
    trace.name(this.evaluate('globalThis'), 'global');
    without.forEach((name) => delete this.window[name]);
    this.evaluate(DATES)(() => this.clock.wall);
  }

  // Runs text in the page, as a script tag does.
  evaluate(text) {
    return vm.runInContext(text, this.window);
  }

  // An event of the window: online, offline, pagehide.
  happens(type) {
    if (type === 'online' || type === 'offline') {
      this.window.navigator.onLine = type === 'online';
    }
    this.#events.fire(this.run, type);
  }

  #globals() {
    const { clock, trace, location } = this;
    const events = this.#events;
    const say =
      (level) =>
      (...parts) =>
        trace.add('console', { level, parts });
    return {
      location,
      document: fakeDocument(this),
      navigator: { onLine: true, userAgent: 'stub page' },
      localStorage: fakeStorage(trace, this.stored),
      WebSocket: fakeWebSocket(this),
      XMLHttpRequest: fakeXHR(this),
      crypto: { getRandomValues: this.random.fill },
      console: Object.fromEntries(
        ['log', 'warn', 'error', 'info', 'debug'].map((level) => [level, say(level)]),
      ),
      performance: { now: () => clock.now },
      setTimeout: (action, delay, ...parts) => clock.set(() => action(...parts), delay),
      setInterval: (action, delay, ...parts) => clock.set(() => action(...parts), delay, true),
      clearTimeout: (id) => clock.clear(id),
      clearInterval: (id) => clock.clear(id),
      queueMicrotask,
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
      TextEncoder,
      TextDecoder,
      URL,
      atob,
      btoa,
    };
  }
}
