/** A channel: its bindings, and what the engine knows of it. */
import type { Client } from '../engine/client';
import type { EngineEvent } from '../engine/event';
import { DataType, Result } from '../engine/exports';
import { Emitter } from './emitter';
import type { Nacl } from './encryption';
import { BadEventName, UnsupportedFeature } from './errors';
import { hide } from './hidden';
import { toJSON } from './json';
import { Members } from './members';
import type { Member } from './members';

/** What a channel needs of the client that it belongs to. */
export interface ChannelOwner {
  subscribe(name: string): unknown;
  unsubscribe(name: string): unknown;
  readonly config: { readonly nacl?: Nacl | undefined };
}

export class Channel extends Emitter {
  readonly name: string;
  declare readonly pusher: ChannelOwner;
  protected declare readonly client: Client;
  /** The engine's id; 0: the channel was left. */
  protected declare id: number;

  constructor(name: string, pusher: ChannelOwner, client: Client, id: number) {
    super();
    this.name = name;
    hide(this, { pusher, client, id });
  }

  get subscribed(): boolean {
    return this.client.channel(this.id)?.subscribed ?? false;
  }

  get subscriptionPending(): boolean {
    return this.client.channel(this.id)?.pending ?? false;
  }

  get subscriptionCancelled(): boolean {
    return this.client.channel(this.id)?.cancelled ?? false;
  }

  /** How many connections have subscribed, where the server tells. */
  get subscriptionCount(): number | undefined {
    return this.client.channel(this.id)?.count;
  }

  /** Sends an event to the channel's other subscribers. False: not connected, nothing was sent. */
  trigger(event: string, data?: unknown): boolean {
    const result = this.client.trigger(this.id, event, toJSON(data));
    if (result === Result.Argument) throw new BadEventName(`Event '${event}' does not start with 'client-'`);
    if (result === Result.Limit) throw new RangeError(`Event '${event}': too much is waiting to be sent`);
    return result === Result.Ok;
  }

  subscribe(): void {
    this.pusher.subscribe(this.name);
  }

  unsubscribe(): void {
    this.pusher.unsubscribe(this.name);
  }

  /** The engine has dropped the channel. */
  gone(): void {
    this.id = 0;
  }

  /** The engine's id; 0: the channel was left. */
  identity(): number {
    return this.id;
  }
}

export class PrivateChannel extends Channel {}

export class PresenceChannel extends PrivateChannel {
  readonly members: Members;

  constructor(name: string, pusher: ChannelOwner, client: Client, id: number) {
    super(name, pusher, client, id);
    this.members = new Members(client);
  }

  /** Keeps `members` up to date, before the bindings hear of the event. */
  follow(event: EngineEvent): void {
    if (event.dataType === DataType.Members) this.members.load(this.id);
    else if (event.dataType === DataType.Member) this.members.update(this.id, String((event.data as Member).id));
  }

  /** The subscription has ended: nobody is known to be here. */
  forget(): void {
    if (this.members.count || this.members.me) this.members.load(this.id);
  }
}

export class EncryptedChannel extends PrivateChannel {
  /** A copy of what its events are sealed with, once it was authorized. */
  get key(): Uint8Array | undefined {
    return this.client.key(this.id);
  }

  get nacl(): Nacl | undefined {
    return this.pusher.config.nacl;
  }

  override trigger(): boolean {
    throw new UnsupportedFeature('Client events are not currently supported for encrypted channels');
  }
}
