/** Who is on a presence channel, as the engine knows it. */
import type { Client } from '../engine/client';

export interface Member {
  id: unknown;
  info: unknown;
}

export class Members {
  constructor(
    private readonly client: Client,
    private readonly channel: () => number,
  ) {}

  get count(): number {
    return this.client.memberCount(this.channel());
  }

  /** By id: what is known of them. */
  get members(): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    for (const { id, info } of this.client.members(this.channel())) members[String(id)] = info;
    return members;
  }

  /** Ourselves, when the subscription has succeeded. */
  get me(): Member | null {
    return this.client.me(this.channel()) ?? null;
  }

  get myID(): unknown {
    return this.me?.id ?? null;
  }

  /** The member with this id, or null. */
  get(id: unknown): Member | null {
    const found = this.client.member(this.channel(), String(id));
    return found ? { id, info: found.info } : null;
  }

  /** Calls with each member, in the order in which they were first seen. */
  each(callback: (member: Member) => unknown): void {
    for (const { id, info } of this.client.members(this.channel())) callback({ id: String(id), info });
  }
}
