/** The HTTP requests of a client: XHRs, and scripts where JSONP was asked for. */
import type { Runtime, XHRLike } from '../runtime/runtime';
import { messageOf } from '../api/errors';
import { toJSON } from '../api/json';
import type { Client } from './client';
import { RequestKind, Result } from './exports';
import type { RequestAction } from './owner';

const LOADING = 3;
const DONE = 4;

/** A request that is under way. */
interface Running {
  abort(): void;
  timer: unknown;
}

export class Requests {
  private readonly running = new Map<number, Running>();

  constructor(
    private readonly client: () => Client,
    private readonly runtime: () => Runtime,
  ) {}

  start(id: number, action: RequestAction): void {
    const running: Running = { abort: () => undefined, timer: null };
    this.running.set(id, running);
    if (action.timeout) {
      running.timer = this.runtime().setTimeout(() => {
        if (this.end(id)) this.client().done(id, 0, '', Result.Timeout, 'no answer came in time');
      }, action.timeout);
    }
    try {
      running.abort = action.jsonp ? this.ask(id, action) : this.send(id, action);
    } catch (error) {
      this.failed(id, messageOf(error));
    }
  }

  private failed(id: number, message: string): void {
    if (this.forget(id)) this.client().done(id, 0, '', Result.Ok, message);
  }

  private ask(id: number, action: RequestAction): () => void {
    const runtime = this.runtime();
    if (!runtime.jsonp) throw new Error('JSONP needs a page; use ajax');
    const kind = action.kind <= RequestKind.UserAuthentication ? 'auth' : 'stats';
    const error = kind === 'auth' ? '' : 'null,'; /* the arguments of the call, as the answer has them */
    return runtime.jsonp(kind, action.url, action.urlEnd, (problem, data) => {
      if (problem) this.failed(id, messageOf(problem));
      else if (this.forget(id)) this.client().done(id, 200, `(${error}${toJSON(data)})`, Result.Ok, '');
    });
  }

  private send(id: number, action: RequestAction): () => void {
    const xhr = this.runtime().createXHR();
    let told = 0;
    const progress = (): void => {
      const text = xhr.responseText;
      if (action.kind !== RequestKind.Receive || text.length === told) return;
      const piece = text.slice(told);
      told = text.length;
      this.client().progress(id, xhr.status, piece);
    };
    xhr.onreadystatechange = () => {
      if (!this.running.has(id) || xhr.readyState < LOADING) return;
      if (xhr.readyState === LOADING) return progress();
      if (xhr.readyState === DONE) this.finished(id, action, xhr, progress);
    };
    xhr.open(action.method, action.url, true);
    for (const [name, value] of action.headers) xhr.setRequestHeader(name, value);
    xhr.send(action.body || null);
    return () => {
      xhr.onreadystatechange = null;
      xhr.abort();
    };
  }

  private finished(id: number, action: RequestAction, xhr: XHRLike, progress: () => void): void {
    const { status } = xhr;
    if (status) progress();
    if (!this.forget(id)) return;
    const body = status && action.kind !== RequestKind.Receive ? xhr.responseText : '';
    this.client().done(id, status, body, Result.Ok, status ? '' : 'no answer came: the network or CORS refused');
  }

  /* False: it has ended before. */
  private forget(id: number): boolean {
    const running = this.running.get(id);
    if (!running) return false;
    this.running.delete(id);
    if (running.timer !== null) this.runtime().clearTimeout(running.timer);
    return true;
  }

  private end(id: number): boolean {
    const running = this.running.get(id);
    if (!running || !this.forget(id)) return false;
    running.abort();
    return true;
  }

  cancel(id: number): void {
    this.end(id);
  }

  /** The page is left: all of them end now, and the engine hears that they did. */
  abortAll(): void {
    for (const id of [...this.running.keys()]) {
      if (this.end(id)) this.client().done(id, 0, '', Result.Ok, 'the page was left');
    }
  }
}
