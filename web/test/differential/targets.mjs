// What fake sockets, requests and script tags share with those of a browser: events go to the `on...`
// property first and then to the listeners. A handler's exception reaches the page, not the caller.
export class FakeTarget {
  #listeners = [];

  addEventListener(type, listener) {
    this.#listeners.push({ type, listener });
  }

  removeEventListener(type, listener) {
    this.#listeners = this.#listeners.filter((one) => one.type !== type || one.listener !== listener);
  }

  // Runs the handlers with the page's guard `run`; the event has the members that programs read.
  fire(run, type, members = {}) {
    const event = { type, target: this, currentTarget: this, ...members };
    const own = this[`on${type}`];
    if (typeof own === 'function') {
      run(() => own.call(this, event));
    }
    for (const { type: wanted, listener } of [...this.#listeners]) {
      if (wanted === type) {
        run(() =>
          typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event),
        );
      }
    }
  }
}
