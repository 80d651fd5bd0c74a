// A visitor: a browser of its own with the application's page, and the journal of what the page tells.
import { soon } from '../../../../tests/e2e/lib/program.mjs';

// What a page has told, in its order, kept until somebody asks for it.
class Journal {
  constructor() {
    this.entries = []; // [what, value]
    this.waiting = new Set();
  }

  add(what, value) {
    this.entries.push([what, value]);
    for (const check of [...this.waiting]) check();
  }

  // Resolves with the value of the next entry of that name, and takes it out.
  next(what) {
    const found = new Promise((resolve) => {
      const check = () => {
        const index = this.entries.findIndex(([name]) => name === what);
        if (index < 0) return;
        this.waiting.delete(check);
        resolve(this.entries.splice(index, 1)[0][1]);
      };
      this.waiting.add(check);
      check();
    });
    return soon(found, `the page tells of '${what}'; it told of ${JSON.stringify(this.entries)}`);
  }

  // All entries of that name that nobody has asked for yet.
  left(what) {
    return this.entries.filter(([name]) => name === what).map(([, value]) => value);
  }
}

// Opens the application's page as `user`; ends with the test. In the page there are `settings`, what the
// program has to know of the server, and `tell(what, value)`. Nothing reaches the network but loopback.
export async function visit(t, browser, app, { port, user }) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const journal = new Journal();
  page.on('pageerror', (error) => journal.add('uncaught', error.message));
  await page.route(/^(?!http:\/\/127\.0\.0\.1[:/])/, (route) => route.abort());
  await page.exposeFunction('tell', (what, value) => journal.add(what, value));
  await page.addInitScript((settings) => { window.settings = settings; }, {
    user,
    key: 'app-key',
    options: {
      cluster: 'local',
      wsHost: '127.0.0.1',
      wsPort: port,
      forceTLS: false,
      enabledTransports: ['ws'],
      auth: { headers: { 'X-User': user } },
    },
  });
  await page.goto(app.url);
  return {
    page,
    next: (what) => journal.next(what),
    left: (what) => journal.left(what),
    // Calls a function of the page's `program`.
    call: (name, ...args) => page.evaluate(([f, given]) => window.program[f](...given), [name, args]),
  };
}
