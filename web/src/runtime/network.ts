/* The machine's network, as the platform tells of it: a page's window does, elsewhere nobody. */

import { callAll } from './call_all';
import type { Network, NetworkEvent } from './runtime';

type Callbacks = Record<NetworkEvent, Array<() => void>>;

/** What Network needs of a window. */
export interface NetworkSource {
  readonly navigator?: { readonly onLine?: boolean };
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
}

export interface EmittingNetwork extends Network {
  emit(event: NetworkEvent): void;
}

/* Listens to its source while anything is bound. */
class BoundNetwork implements EmittingNetwork {
  private readonly callbacks: Callbacks = { online: [], offline: [] };
  private readonly listeners: Record<NetworkEvent, () => void> = {
    online: () => this.emit('online'),
    offline: () => this.emit('offline'),
  };

  constructor(private readonly source: () => NetworkSource | undefined) {}

  /* A platform that does not know is online. */
  isOnline(): boolean {
    return this.source()?.navigator?.onLine !== false;
  }

  bind(event: NetworkEvent, callback: () => void): this {
    if (this.callbacks[event].length === 0) {
      this.source()?.addEventListener?.(event, this.listeners[event]);
    }
    this.callbacks[event].push(callback);
    return this;
  }

  unbind(event?: NetworkEvent, callback?: () => void): this {
    for (const name of event ? [event] : (['online', 'offline'] as const)) {
      this.callbacks[name] = this.callbacks[name].filter((bound) => callback && bound !== callback);
      if (this.callbacks[name].length === 0) {
        this.source()?.removeEventListener?.(name, this.listeners[name]);
      }
    }
    return this;
  }

  emit(event: NetworkEvent): void {
    callAll(this.callbacks[event]);
  }
}

export function createNetwork(source: () => NetworkSource | undefined): EmittingNetwork {
  return new BoundNetwork(source);
}

/** A network of which nothing is ever heard. */
export function createStillNetwork(): EmittingNetwork {
  return new BoundNetwork(() => undefined);
}
