/** The open transports of a client: WebSockets, and SockJS's where there is no other way. */
import type { CloseLike, Runtime, WebSocketLike } from '../runtime/runtime';
import { messageOf } from '../api/errors';
import type { Client } from './client';
import { Result, TransportKind } from './exports';

/* Codes from here on stand in a close frame only, which nobody sends who has not let us in (RFC 6455, 7.4.2). */
const FIRST_CODE_OF_PEERS = 3000;

export class Sockets {
  private readonly live = new Map<number, WebSocketLike | null>();

  constructor(
    private readonly client: () => Client,
    private readonly runtime: () => Runtime,
    private readonly ignoreNullOrigin: boolean | undefined,
  ) {}

  open(id: number, kind: TransportKind, url: string): void {
    this.live.set(id, null);
    if (kind === TransportKind.SockJS) {
      const options = { useTLS: url.startsWith('https'), ignoreNullOrigin: this.ignoreNullOrigin };
      this.runtime().createSockJS(url, options, (error, socket) => {
        if (!this.live.has(id)) socket?.close();
        else if (socket) this.attach(id, socket);
        else this.failed(id, error);
      });
      return;
    }
    try {
      this.attach(id, this.runtime().createWebSocket(url));
    } catch (error) {
      this.failed(id, error);
    }
  }

  private failed(id: number, error: unknown): void {
    this.live.delete(id);
    this.client().closed(id, 1006, '', false, Result.Ok, messageOf(error));
  }

  private attach(id: number, socket: WebSocketLike): void {
    let open = false;
    const opened = (): void => {
      open = true;
      this.client().opened(id);
    };
    this.live.set(id, socket);
    socket.onopen = opened;
    socket.onmessage = ({ data }) => this.client().message(id, typeof data === 'string' ? data : String(data));
    socket.onerror = null;
    socket.onclose = (event?: CloseLike) => {
      const code = event?.code ?? 1006;
      /* Where the peer's whole say comes at once, Firefox may tell of the end alone. */
      if (!open && code >= FIRST_CODE_OF_PEERS) opened();
      this.detach(id);
      this.client().closed(id, code, event?.reason ?? '', event?.wasClean ?? false, Result.Ok, '');
    };
  }

  /* Nothing more is heard of it. */
  private detach(id: number): WebSocketLike | null {
    const socket = this.live.get(id) ?? null;
    this.live.delete(id);
    if (socket) {
      const silent = (): void => undefined;
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = silent;
    }
    return socket;
  }

  send(id: number, message: string): void {
    try {
      this.live.get(id)?.send(message);
    } catch {
      /* It is closing: its end will be told. */
    }
  }

  close(id: number): void {
    this.detach(id)?.close();
  }
}
