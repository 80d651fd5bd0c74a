/**
 * Who is on a presence channel. The properties are plain data, since programs copy and observe them; they follow
 * the engine's roster.
 */
import type { Client } from '../engine/client';
import { hide } from './hidden';

export interface Member {
  id: unknown;
  info: unknown;
}

export class Members {
  count = 0;
  /** By id: what is known of them. */
  members: Record<string, unknown> = {};
  /** Ourselves, when the subscription has succeeded. */
  me: Member | null = null;
  myID: unknown = null;
  private declare readonly client: Client;

  constructor(client: Client) {
    hide(this, { client });
  }

  /** The engine has a new roster for the channel, or an empty one. */
  load(channel: number): void {
    const { client } = this;
    this.members = {};
    for (const { id, info } of client.members(channel)) this.members[String(id)] = info;
    this.count = client.memberCount(channel);
    this.me = client.me(channel) ?? null;
    this.myID = this.me ? this.me.id : null;
  }

  /** This member came, went, or is known for something else. */
  update(channel: number, id: string): void {
    const found = this.client.member(channel, id);
    if (found) this.members[id] = found.info;
    else delete this.members[id];
    this.count = this.client.memberCount(channel);
  }

  /** The member with this id, or null. */
  get(id: unknown): Member | null {
    const name = String(id);
    return Object.prototype.hasOwnProperty.call(this.members, name) ? { id, info: this.members[name] } : null;
  }

  /** Calls with each member. */
  each(callback: (member: Member) => unknown): void {
    for (const id of Object.keys(this.members)) {
      const member = this.get(id);
      if (member) callback(member);
    }
  }
}
