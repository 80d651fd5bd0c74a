// A fake XMLHttpRequest. Requests go into the trace when they are sent; scenarios answer them, whole
// with respond() or piece by piece with piece() and finish().
import { FakeTarget } from './targets.mjs';

const OPENED = 1;
const HEADERS_RECEIVED = 2;
const LOADING = 3;
const DONE = 4;

export function fakeXHR({ trace, run, requests }) {
  return class XMLHttpRequest extends FakeTarget {
    onreadystatechange = null;
    onprogress = null;
    onload = null;
    onerror = null;
    onabort = null;
    ontimeout = null;
    onloadend = null;
    readyState = 0;
    status = 0;
    statusText = '';
    responseText = '';
    response = '';
    responseType = '';
    timeout = 0;
    withCredentials = false;
    upload = {};
    // Scenarios set it for a browser that tells of a piece by readystatechange alone.
    quiet = false;
    #sent = false;

    open(method, url) {
      this.method = method;
      this.url = String(url);
      this.headers = [];
      this.#move(OPENED);
    }

    setRequestHeader(name, value) {
      if (this.readyState !== OPENED) {
        throw new Error('setRequestHeader: the request is not open');
      }
      this.headers.push(`${name}: ${value}`);
    }

    send(body) {
      this.#sent = true;
      this.body = body ?? null;
      this.number = requests.push(this) - 1;
      const credentials = this.withCredentials ? { withCredentials: true } : {};
      const { number: request, method, url, headers } = this;
      trace.add('request', { request, method, url, headers: [...headers], body: this.body, ...credentials });
    }

    abort() {
      if (this.#sent && this.readyState !== DONE) {
        trace.add('request', { request: this.number, abort: true });
        this.#end(0, 'abort');
      }
      this.readyState = 0;
      this.status = 0;
    }

    getResponseHeader() {
      return null;
    }

    getAllResponseHeaders() {
      return '';
    }

    // The network's side.
    get waiting() {
      return this.#sent && this.readyState !== DONE && this.readyState !== 0;
    }

    piece(text, status = 200) {
      if (!this.waiting) {
        return;
      }
      this.status = status;
      if (this.readyState < HEADERS_RECEIVED) {
        this.#move(HEADERS_RECEIVED);
      }
      this.#append(text);
      this.#move(LOADING);
      if (this.waiting && !this.quiet) {
        this.fire(run, 'progress', { loaded: this.responseText.length });
      }
    }

    finish(status = this.status || 200) {
      if (this.waiting) {
        this.#end(status, 'load');
      }
    }

    respond(status, text = '') {
      if (!this.waiting) {
        return;
      }
      this.status = status;
      this.#move(HEADERS_RECEIVED);
      if (text !== '' && this.waiting) {
        this.#append(text);
        this.#move(LOADING);
      }
      this.finish(status);
    }

    fail() {
      if (this.waiting) {
        this.#end(0, 'error');
      }
    }

    #append(text) {
      this.responseText += text;
      this.response = this.responseText;
    }

    #move(readyState) {
      this.readyState = readyState;
      this.fire(run, 'readystatechange');
    }

    #end(status, how) {
      this.status = status;
      if (status === 0) {
        this.responseText = '';
        this.response = '';
      }
      this.#move(DONE);
      this.fire(run, how);
      this.fire(run, 'loadend');
    }
  };
}
