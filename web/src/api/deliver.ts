/** An event of the engine, in the shape in which the bindings of one place get it. */
import type { EngineEvent } from '../engine/event';
import { DataType, Target } from '../engine/exports';
import type { Channel } from './channel';
import { PresenceChannel } from './channel';
import type { Caught, Emitter } from './emitter';

/** The member `message` of a connection: the message itself, without what is not there. */
function message(event: EngineEvent): Record<string, unknown> {
  const frame: Record<string, unknown> = { event: event.name };
  const { channelName, data, userId } = event;
  if (channelName) frame.channel = channelName;
  if (data !== undefined) frame.data = data;
  if (userId) frame.user_id = userId;
  return frame;
}

/* What the engine tells a channel alone comes without metadata, whatever the server sends there with it. */
function metadata(event: EngineEvent): Record<string, unknown> | undefined {
  if (event.dataType >= DataType.Members || !(event.targets & Target.Client)) return undefined;
  return event.userId ? { user_id: event.userId } : {};
}

function payload(event: EngineEvent, channel: Channel | undefined): unknown {
  if (event.dataType === DataType.Members) return (channel as PresenceChannel).members;
  return event.data;
}

/** Nothing is parsed or made where nobody listens. */
export function deliver(
  emitter: Emitter, name: string, event: EngineEvent, channel: Channel | undefined, caught: Caught,
): void {
  if (!emitter.wants(name)) return;
  if (channel) emitter.deliver(name, payload(event, channel), metadata(event), caught);
  else if (name === event.name) emitter.deliver(name, event.data, undefined, caught);
  else emitter.deliver(name, message(event), undefined, caught);
}
