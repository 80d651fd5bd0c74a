/** `pusher.connection`: its state, and who is bound to it. */
import { Result } from '../engine/exports';
import type { Client } from '../engine/client';
import type { State } from '../engine/exports';
import { Emitter } from './emitter';
import type { Caught } from './emitter';
import { hide } from './hidden';
import { toJSON } from './json';

export class ConnectionManager extends Emitter {
  state: State = 'initialized';
  /** Of the last connection. */
  socket_id: string | undefined;

  key: string;
  readonly usingTLS: boolean;
  private declare readonly client: () => Client;

  constructor(client: () => Client, key: string, usingTLS: boolean) {
    super();
    this.key = key;
    this.usingTLS = usingTLS;
    hide(this, { client });
  }

  connect(): void {
    this.client().connect();
  }

  disconnect(): void {
    this.client().disconnect();
  }

  /** Sends a message as it is. False: not connected. */
  send(message: string): boolean {
    return this.client().send(message) === Result.Ok;
  }

  /** Sends an event. False: not connected, nothing was sent. */
  send_event(event: string, data?: unknown, channel?: string): boolean {
    return this.client().sendEvent(event, toJSON(data), channel ?? '') === Result.Ok;
  }

  isUsingTLS(): boolean {
    return this.usingTLS;
  }

  /** The name of `isUsingTLS` before version 4.3. */
  isEncrypted(): boolean {
    return this.usingTLS;
  }

  /** The engine tells of another state. */
  enter(previous: State, current: State, socketId: string, caught: Caught): void {
    const connected = current === 'connected';
    this.state = current;
    if (connected) this.socket_id = socketId;
    this.deliver('state_change', { previous, current }, undefined, caught);
    this.deliver(current, connected ? { socket_id: socketId } : undefined, undefined, caught);
  }
}
