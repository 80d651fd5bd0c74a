// An XMLHttpRequest that the test answers.

type Listener = (event: Record<string, unknown>) => void;

export class FakeXHR {
  readyState = 0;
  status = 0;
  statusText = '';
  responseText = '';
  withCredentials = false;
  timeout = 0;
  method = '';
  url = '';
  body: string | undefined;
  aborted = false;
  readonly headers: Record<string, string> = {};
  onreadystatechange: Listener | null = null;
  onprogress: Listener | null = null;
  onload: Listener | null = null;
  onerror: Listener | null = null;
  onabort: Listener | null = null;
  onloadend: Listener | null = null;

  // ---- What the client calls ----

  open(method: string, url: string): void {
    this.method = method;
    this.url = url;
    this.readyState = 1;
  }

  setRequestHeader(name: string, value: string): void {
    const known = this.headers[name];
    this.headers[name] = known === undefined ? value : `${known}, ${value}`;
  }

  getResponseHeader(): string | null {
    return null;
  }

  getAllResponseHeaders(): string {
    return '';
  }

  send(body?: string): void {
    this.body = body ?? undefined;
  }

  abort(): void {
    this.aborted = true;
    this.readyState = 0;
  }

  // ---- What the test calls ----

  /** The fields of the body. */
  get form(): [string, string][] {
    return [...new URLSearchParams(this.body)];
  }

  respond(status: number, text = ''): void {
    if (this.aborted) return;
    this.status = status;
    this.responseText = text;
    this.readyState = 4;
    this.onreadystatechange?.({ type: 'readystatechange', target: this });
    (status === 0 ? this.onerror : this.onload)?.({ type: status === 0 ? 'error' : 'load', target: this });
    this.onloadend?.({ type: 'loadend', target: this });
  }

  /** More of an answer that goes on. */
  progress(text: string): void {
    this.status = 200;
    this.responseText += text;
    this.readyState = 3;
    this.onreadystatechange?.({ type: 'readystatechange', target: this });
    this.onprogress?.({ type: 'progress', target: this });
  }
}
