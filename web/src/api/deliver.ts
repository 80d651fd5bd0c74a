/** An event of the engine, in the shapes in which the bindings of each place get it. */
import { parseText } from '../engine/event';
import type { EngineEvent } from '../engine/event';
import { DataType, Target } from '../engine/exports';
import type { Channel } from './channel';
import { PresenceChannel } from './channel';
import type { ConnectionManager } from './connection';
import type { Caught, Emitter } from './emitter';
import type { User } from './user';

/** A message as it came, without what is not there. */
function message(event: EngineEvent): Record<string, unknown> {
  const frame: Record<string, unknown> = { event: event.name };
  const { channelName, data, userId } = event;
  if (channelName) frame.channel = channelName;
  if (data !== undefined) frame.data = data;
  if (userId) frame.user_id = userId;
  return frame;
}

/* Only what the service passed on has it; what the engine tells of a channel by itself has none. */
function metadata(event: EngineEvent): Record<string, unknown> | undefined {
  if (!(event.targets & Target.Connection)) return undefined;
  return event.tellsUser ? { user_id: event.userId } : {};
}

function toChannel(event: EngineEvent, channel: Channel, opened: string | undefined, caught: Caught): void {
  if (!channel.wants(event.name)) return;
  if (opened !== undefined) return channel.deliver(event.name, parseText(opened), undefined, caught);
  const isRoster = event.dataType === DataType.Members && channel instanceof PresenceChannel;
  channel.deliver(event.name, isRoster ? channel.members : event.data, metadata(event), caught);
}

function toEmitter(event: EngineEvent, emitter: Emitter, caught: Caught): void {
  if (emitter.wants(event.name)) emitter.deliver(event.name, event.data, undefined, caught);
}

function toConnection(event: EngineEvent, connection: ConnectionManager, caught: Caught): void {
  const name = event.connectionName;
  if (!connection.wants(name)) return;
  connection.deliver(name, name === event.name ? event.data : message(event), undefined, caught);
}

/** Where events go. */
export interface Places {
  readonly client: Emitter;
  readonly connection: ConnectionManager;
  readonly user: User;
}

/**
 * Delivers to all that the event is for, and what was sealed in it to the channel; nothing is parsed or made where nobody listens. Returns the name of the
 * place where the event was for somebody, but nobody listens to this very event; empty: there is none.
 */
export function deliver(
  event: EngineEvent, channel: Channel | undefined, opened: string | undefined, places: Places, caught: Caught,
): string {
  const { targets, name } = event;
  const { user } = places;
  let unheard = '';
  if (channel) {
    if (!channel.has(name)) unheard = channel.name;
    if (channel instanceof PresenceChannel) channel.follow(event);
    toChannel(event, channel, opened, caught);
  }
  if (targets & Target.Client) toEmitter(event, places.client, caught);
  if (targets & Target.User) {
    if (!user.has(name)) unheard = 'user';
    toEmitter(event, user, caught);
  }
  if (targets & Target.Watchlist) {
    if (!user.watchlist.has(name)) unheard = 'watchlist events';
    toEmitter(event, user.watchlist, caught);
  }
  if (targets & Target.Connection) toConnection(event, places.connection, caught);
  return unheard;
}
