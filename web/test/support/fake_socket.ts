// A WebSocket whose server is the test.

type Listener = (event: Record<string, unknown>) => void;

export interface Frame {
  event: string;
  data: unknown;
  channel?: string;
}

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readyState = FakeSocket.CONNECTING;
  binaryType = 'blob';
  bufferedAmount = 0;
  protocol = '';
  readonly sent: string[] = [];
  /** What the client closed it with. */
  closedWith: { code?: number; reason?: string } | undefined;
  onopen: Listener | null = null;
  onmessage: Listener | null = null;
  onclose: Listener | null = null;
  onerror: Listener | null = null;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(readonly url: string) {}

  // ---- What the client calls ----

  addEventListener(type: string, listener: Listener): void {
    if (!this.listeners.has(type)) this.listeners.set(type, new Set());
    this.listeners.get(type)?.add(listener);
  }

  removeEventListener(type: string, listener: Listener): void {
    this.listeners.get(type)?.delete(listener);
  }

  send(text: string): void {
    if (this.readyState === FakeSocket.CONNECTING) throw new Error('The fake socket is connecting.');
    if (this.readyState !== FakeSocket.OPEN) return; // lost, as on a real one
    this.sent.push(text);
  }

  close(code?: number, reason?: string): void {
    if (this.readyState >= FakeSocket.CLOSING) return;
    const wasOpen = this.readyState === FakeSocket.OPEN;
    this.readyState = FakeSocket.CLOSING;
    this.closedWith = { code, reason };
    setTimeout(() => this.end(wasOpen ? 1000 : 1006, '', wasOpen), 0);
  }

  // ---- What the test calls ----

  get frames(): Frame[] {
    return this.sent.map((text) => JSON.parse(text) as Frame);
  }

  /** The frames of one event's name. */
  framesOf(event: string): Frame[] {
    return this.frames.filter((frame) => frame.event === event);
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.fire('open', {});
  }

  establish(socketId = '1.2', activityTimeout: unknown = 120): void {
    this.receive('pusher:connection_established', { socket_id: socketId, activity_timeout: activityTimeout });
  }

  /** A frame as the service writes it: the data as text in the text. */
  receive(event: string, data: unknown, channel?: string, more: Record<string, unknown> = {}): void {
    this.raw(JSON.stringify({ event, channel, data: JSON.stringify(data), ...more }));
  }

  raw(text: string): void {
    this.fire('message', { data: text });
  }

  /** The server closes. */
  end(code: number, reason = '', wasClean = true): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    this.fire('close', { code, reason, wasClean });
  }

  /** As a browser tells of a refused connection. */
  refuse(): void {
    this.fire('error', {});
    this.end(1006, '', false);
  }

  private fire(type: 'open' | 'message' | 'close' | 'error', fields: Record<string, unknown>): void {
    const event = { type, target: this, ...fields };
    this[`on${type}`]?.(event);
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }
}
