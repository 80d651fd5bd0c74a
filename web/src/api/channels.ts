/** The channels of a client, by the engine's ids and by name. */
import type { Channel } from './channel';

const SLOT = 0xfffff;

export class Channels {
  /* By the slots of ids, which are dense and used again. */
  private readonly slots: (Channel | undefined)[] = [];
  /** By name, in the order in which they were subscribed. */
  readonly channels: Record<string, Channel> = Object.create(null) as Record<string, Channel>;

  add(channel: Channel): void {
    this.slots[channel.identity() & SLOT] = channel;
    this.channels[channel.name] = channel;
  }

  byId(id: number): Channel | undefined {
    const channel = this.slots[id & SLOT];
    return channel && channel.identity() === id ? channel : undefined;
  }

  find(name: string): Channel | undefined {
    return this.channels[name];
  }

  all(): Channel[] {
    return Object.values(this.channels);
  }

  remove(id: number): void {
    const channel = this.byId(id);
    if (!channel) return;
    this.slots[id & SLOT] = undefined;
    delete this.channels[channel.name];
    channel.gone();
  }
}
