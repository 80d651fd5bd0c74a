/* XMLHttpRequest's shape over fetch, for platforms that have only that: Node and service workers. The text
 * grows while the answer arrives, as streaming needs it. It behaves as the standard says as far as it goes:
 * no synchronous requests, no events but the on* properties, text only. */

import type { XHRLike } from './runtime';

type Handler = ((event?: unknown) => void) | null;

type HandlerName = 'onreadystatechange' | 'onprogress' | 'onload' | 'onerror' | 'onabort' | 'onloadend';

const UNSENT = 0;
const OPENED = 1;
const HEADERS_RECEIVED = 2;
const LOADING = 3;
const DONE = 4;

/* What one send() works with; another open() or abort() leaves it behind. */
interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly controller: AbortController;
  response?: Response;
}

export class FetchXHR implements XHRLike {
  static readonly UNSENT = UNSENT;
  static readonly OPENED = OPENED;
  static readonly HEADERS_RECEIVED = HEADERS_RECEIVED;
  static readonly LOADING = LOADING;
  static readonly DONE = DONE;

  onreadystatechange: Handler = null;
  onprogress: Handler = null;
  onload: Handler = null;
  onerror: Handler = null;
  onabort: Handler = null;
  onloadend: Handler = null;
  withCredentials = false;
  readyState = UNSENT;
  responseText = '';

  private exchange: Exchange | undefined;
  private sent = false;

  get status(): number {
    return this.exchange?.response?.status ?? 0;
  }

  get statusText(): string {
    return this.exchange?.response?.statusText ?? '';
  }

  get responseURL(): string {
    return this.exchange?.response?.url ?? '';
  }

  get response(): string {
    return this.responseText;
  }

  getResponseHeader(name: string): string | null {
    return this.exchange?.response?.headers.get(name) ?? null;
  }

  getAllResponseHeaders(): string {
    let lines = '';
    this.exchange?.response?.headers.forEach((value, name) => {
      lines += `${name}: ${value}\r\n`;
    });
    return lines;
  }

  open(method: string, url: string, async = true): void {
    if (!async) {
      throw new Error('Requests can only be asynchronous here: call open without a third argument.');
    }
    checkAddress(url);
    this.exchange?.controller.abort();
    this.exchange = { method, url, headers: new Headers(), controller: new AbortController() };
    this.sent = false;
    this.responseText = '';
    if (this.readyState !== OPENED) {
      this.enter(OPENED);
    }
  }

  setRequestHeader(name: string, value: string): void {
    this.opened('setRequestHeader').headers.append(name, value);
  }

  send(body?: string | null): void {
    const exchange = this.opened('send');
    this.sent = true;
    this.run(exchange, body ?? undefined).catch(() => {
      if (this.exchange === exchange) {
        this.fail('onerror');
      }
    });
  }

  abort(): void {
    if (this.sent) {
      this.exchange?.controller.abort();
      this.fail('onabort');
    }
    /* A handler may have opened it again. */
    if (this.readyState === DONE) {
      this.readyState = UNSENT;
      this.exchange = undefined;
      this.responseText = '';
    }
  }

  private opened(what: string): Exchange {
    if (!this.exchange || this.readyState !== OPENED || this.sent) {
      throw new Error(`${what} is possible only between open and send.`);
    }
    return this.exchange;
  }

  private async run(exchange: Exchange, body: string | undefined): Promise<void> {
    const response = await fetch(exchange.url, {
      method: exchange.method,
      headers: exchange.headers,
      body,
      credentials: this.withCredentials ? 'include' : 'same-origin',
      signal: exchange.controller.signal,
    });
    if (this.exchange !== exchange) {
      return;
    }
    exchange.response = response;
    this.enter(HEADERS_RECEIVED);
    await this.read(exchange, response);
    if (this.exchange === exchange) {
      this.sent = false;
      this.finish('onload');
    }
  }

  /* Characters whose bytes come in two pieces wait for the second. */
  private async read(exchange: Exchange, response: Response): Promise<void> {
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    while (reader && this.exchange === exchange) {
      const { done, value } = await reader.read();
      if (this.exchange !== exchange) {
        return;
      }
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      if (text !== '') {
        this.responseText += text;
        this.enter(LOADING);
        this.tell('onprogress', exchange);
      }
      if (done) {
        return;
      }
    }
  }

  private fail(event: 'onerror' | 'onabort'): void {
    this.exchange = undefined;
    this.sent = false;
    this.responseText = '';
    this.finish(event);
  }

  private finish(event: HandlerName): void {
    const { exchange } = this;
    this.enter(DONE);
    this.tell(event, exchange);
    this.tell('onloadend', exchange);
  }

  private enter(state: number): void {
    this.readyState = state;
    this.tell('onreadystatechange', this.exchange);
  }

  /* A handler that opens or aborts the request ends what is told of the exchange before. An exception of a
   * handler is the program's, and no failure of the request. */
  private tell(name: HandlerName, exchange: Exchange | undefined): void {
    if (this.exchange !== exchange) {
      return;
    }
    try {
      this[name]?.({ type: name.slice(2), target: this });
    } catch (error) {
      setTimeout(() => {
        throw error;
      }, 0);
    }
  }
}

/* As the standard has it, what is no address is refused when the request is opened. */
function checkAddress(url: string): void {
  try {
    new Request(url);
  } catch {
    throw new Error(`Requests can't go to "${url}" from here: an address like https://host/path is needed.`);
  }
}
