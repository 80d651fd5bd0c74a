// Types by the paths inside of pusher-js that programs are seen to import.
import Pusher from 'pusher-js/types/src/core/pusher';
import PusherWithEncryption from 'pusher-js/types/src/core/pusher-with-encryption';
import type { ChannelAuthorizationData, ChannelAuthorizationCallback } from 'pusher-js/types/src/core/auth/options';
import Channel from 'pusher-js/types/src/core/channels/channel';
import Channels from 'pusher-js/types/src/core/channels/channels';
import EncryptedChannel from 'pusher-js/types/src/core/channels/encrypted_channel';
import Metadata from 'pusher-js/types/src/core/channels/metadata';
import PresenceChannel from 'pusher-js/types/src/core/channels/presence_channel';
import ConnectionManager from 'pusher-js/types/src/core/connection/connection_manager';
import { PusherEvent } from 'pusher-js/types/src/core/connection/protocol/message-types';
import { Options } from 'pusher-js/types/src/core/options.js';

declare const options: Options;
const pusher = new Pusher('key', options);
const channels: Channels = pusher.channels;
const channel: Channel = channels.find('name');
const room = channel as PresenceChannel;
const connection: ConnectionManager = pusher.connection;
const answer = (data: ChannelAuthorizationData, callback: ChannelAuthorizationCallback) => callback(null, data);
room.bind('event', (_data: PusherEvent, metadata: Metadata) => metadata.user_id);

const other: Pusher = new PusherWithEncryption('key', options);
const sealed = other.subscribe('private-encrypted-channel') as EncryptedChannel;
const key: Uint8Array = sealed.key;

export { answer, connection, key };
