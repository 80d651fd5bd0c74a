// A fake WebSocket: what the client does with it goes into the trace, what the network does to it is
// done by scenarios through open(), deliver(), drop() and refuse().
import { FakeTarget } from './targets.mjs';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export function fakeWebSocket({ trace, clock, run, sockets }) {
  return class WebSocket extends FakeTarget {
    static CONNECTING = CONNECTING;
    static OPEN = OPEN;
    static CLOSING = CLOSING;
    static CLOSED = CLOSED;

    onopen = null;
    onmessage = null;
    onclose = null;
    onerror = null;
    binaryType = 'blob';
    bufferedAmount = 0;
    protocol = '';
    extensions = '';
    readyState = CONNECTING;

    constructor(url, protocols) {
      super();
      this.url = String(url);
      this.number = sockets.push(this) - 1;
      trace.add('socket', { socket: this.number, open: this.url, ...(protocols && { protocols }) });
    }

    send(text) {
      const late = this.readyState === OPEN ? {} : { readyState: this.readyState };
      trace.add('frame', { socket: this.number, text: String(text), ...late });
    }

    close(code, reason) {
      if (this.readyState >= CLOSING) {
        return;
      }
      trace.add('socket', { socket: this.number, close: code ?? 'without a code', reason });
      const opened = this.readyState === OPEN;
      this.readyState = CLOSING;
      clock.set(() => this.#ended(opened ? (code ?? 1005) : 1006, reason ?? '', opened), 1);
    }

    // The network's side.
    open() {
      if (this.readyState === CONNECTING) {
        this.readyState = OPEN;
        this.fire(run, 'open');
      }
    }

    deliver(text) {
      if (this.readyState === OPEN) {
        this.fire(run, 'message', { data: text });
      }
    }

    drop(code = 1006, reason = '', wasClean = code !== 1006) {
      this.#ended(code, reason, wasClean);
    }

    refuse() {
      if (this.readyState === CONNECTING) {
        this.fire(run, 'error');
        this.#ended(1006, '', false);
      }
    }

    fail() {
      this.fire(run, 'error');
    }

    #ended(code, reason, wasClean) {
      if (this.readyState !== CLOSED) {
        this.readyState = CLOSED;
        this.fire(run, 'close', { code, reason, wasClean });
      }
    }
  };
}
