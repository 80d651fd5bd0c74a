// What is ours beside what pusher-js has. Compiled against our declarations alone.
import Pusher from 'pusher-c';
import type {
  Channel, ConnectionState, ConnectionStateChange, EncryptedChannel, Member, Nacl, Options, PusherEvent,
} from 'pusher-c';

declare function show(...values: unknown[]): void;

// Options of both eras and our own, none of them mandatory.
const options: Options = { authBatch: true, authBatchSize: 50, encrypted: false, activity_timeout: 1, pong_timeout: 1, unavailable_timeout: 1 };

async function start(): Promise<void> {
  await Pusher.load();
  await Pusher.load('/assets/pusher.wasm');
  const pusher = new Pusher('key');
  const other = new Pusher('key', options);
  // Payloads and metadata need no annotation.
  const channel: Channel = pusher.subscribe('my-channel').bind('event', (data, metadata) => {
    show(data.text, metadata.user_id?.length);
  });
  channel.bind_all((event, data) => show(event.length, data)).unbind(null, null, {});
  pusher.bind_all(show).bind_global(show);
  pusher.connection.bind('state_change', ({ current }: ConnectionStateChange) => {
    const state: ConnectionState = current;
    show(state);
  });
  pusher.connection.bind('message', (message: PusherEvent) => show(message.event, message.data));
  show(pusher.isEncrypted(), other.connection.isEncrypted(), Pusher.VERSION, Pusher.PROTOCOL);
  const nacl: Nacl = { secretbox: { open: () => null } };
  const sealed = new Pusher('key', { nacl }).subscribe('private-encrypted-a') as EncryptedChannel;
  show(sealed.key.length, sealed.nacl === nacl, sealed.trigger);
  const one: Member = { id: 'ann', info: {} };
  show(one);
}

// Plug-ins of the old era put a function of theirs in front of an authorizer.
const { ajax } = Pusher.authorizers;
Pusher.authorizers['ajax'] = function (socketId, callback) {
  ajax!.call(this, socketId, callback);
};

// Files of one's own.
Pusher.Dependencies = new Pusher.DependencyLoader({
  cdn_http: Pusher.cdn_http,
  cdn_https: Pusher.cdn_https,
  version: Pusher.VERSION,
  suffix: Pusher.dependency_suffix,
  receivers: new Pusher.ScriptReceiverFactory('_pusher_', 'Pusher.DependenciesReceivers'),
});
show(Pusher.Dependencies.getPath('sockjs', { useTLS: true }), start);
