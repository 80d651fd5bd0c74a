/* As much of a page as script tags, network events and storage need. The test says when a script has been
 * run or could not be loaded. */

class Element {
  constructor(tagName) {
    this.tagName = tagName;
    this.children = [];
    this.parentNode = null;
  }

  get firstChild() {
    return this.children[0] ?? null;
  }

  insertBefore(child, before) {
    const index = before ? this.children.indexOf(before) : this.children.length;
    this.children.splice(index, 0, child);
    child.parentNode = this;
  }

  removeChild(child) {
    this.children.splice(this.children.indexOf(child), 1);
    child.parentNode = null;
  }
}

export class StubPage {
  constructor(protocol = 'http:') {
    this.head = new Element('head');
    this.timers = [];
    this.listeners = { online: [], offline: [], pagehide: [] };
    this.navigator = { onLine: true };
    this.document = {
      body: {},
      location: { protocol },
      createElement: (name) => new Element(name),
      getElementsByTagName: (name) => (name === 'head' ? [this.head] : []),
    };
  }

  get scripts() {
    return this.head.children;
  }

  addEventListener(event, listener) {
    this.listeners[event].push(listener);
  }

  removeEventListener(event, listener) {
    this.listeners[event] = this.listeners[event].filter((added) => added !== listener);
  }

  dispatch(event) {
    this.listeners[event].slice().forEach((listener) => listener({ type: event }));
  }

  setTimeout(callback, ms) {
    const timer = { callback, ms };
    this.timers.push(timer);
    return timer;
  }

  clearTimeout(timer) {
    this.timers = this.timers.filter((set) => set !== timer);
  }

  /* Runs the timers that are set now and due within ms. */
  run(ms = 0) {
    const due = this.timers.filter((timer) => timer.ms <= ms);
    this.timers = this.timers.filter((timer) => timer.ms > ms);
    due.forEach((timer) => timer.callback());
  }
}

/* A Pusher with the statics of a page, and that page. */
export function stubPusher(installPage, page = new StubPage(), place = undefined) {
  const pusher = {};
  installPage(pusher, place);
  pusher.Runtime.getGlobal = () => page;
  page.Pusher = pusher;
  return { pusher, page };
}
