// A program that uses every type and member that the declarations of pusher-js 8 export. It is compiled
// against these, and against ours with nothing changed but the name in the imports.
import Pusher from 'pusher-js';
import type {
  AuthOptions, Authorizer, AuthorizerCallback, AuthorizerGenerator, Channel, ChannelAuthorizationCallback,
  ChannelAuthorizationHandler, ChannelAuthorizationOptions, ChannelAuthorizerGenerator, ConnectionManager,
  DeprecatedAuthOptions, Members, Options, PresenceChannel, Runtime, UserAuthenticationCallback,
  UserAuthenticationHandler, UserAuthenticationOptions,
} from 'pusher-js';

declare function show(...values: unknown[]): void;
declare const nacl: NonNullable<Options['nacl']>; // a tweetnacl

// --- Options

const deprecated: DeprecatedAuthOptions = { params: { token: 't' }, headers: { 'X-CSRF-Token': 'c' } };
const auth: AuthOptions = deprecated;

const authorizer: ChannelAuthorizerGenerator = (channel, options) => {
  show(channel.name, options.authTransport, options.authEndpoint, options.auth?.params);
  const made: Authorizer = {
    authorize(socketId: string, callback: AuthorizerCallback) {
      callback(null, { auth: `key:${socketId}`, channel_data: '{}', shared_secret: '' });
    },
  };
  return made;
};
const generator: AuthorizerGenerator = authorizer;

const authorize: ChannelAuthorizationHandler = (params, callback) => {
  const answer: ChannelAuthorizationCallback = callback;
  answer(new Error(`no ${params.channelName} for ${params.socketId}`), null);
};
const authenticate: UserAuthenticationHandler = (params, callback) => {
  const answer: UserAuthenticationCallback = callback;
  answer(null, { auth: params.socketId, user_data: '{"id":"1"}' });
};
const byFunction: ChannelAuthorizationOptions[] = [{ customHandler: authorize }];
const byRequest: ChannelAuthorizationOptions = {
  transport: 'jsonp',
  endpoint: '/auth',
  params: { a: 1 },
  headers: { b: '2' },
  paramsProvider: () => ({ c: 3 }),
  headersProvider: () => ({ d: '4' }),
};
const users: UserAuthenticationOptions[] = [
  { customHandler: authenticate },
  {
    transport: 'ajax',
    endpoint: '/user-auth',
    params: {},
    headers: {},
    paramsProvider: () => ({}),
    headersProvider: () => ({}),
  },
];

const options: Options = {
  activityTimeout: 120_000,
  auth,
  authEndpoint: '/pusher/auth',
  authTransport: 'ajax',
  authorizer: generator,
  channelAuthorization: byFunction[0] ?? byRequest,
  userAuthentication: users[0]!,
  cluster: 'mt1',
  enableStats: true,
  disableStats: false,
  disabledTransports: ['sockjs', 'wss'],
  enabledTransports: ['ws', 'xhr_streaming', 'xhr_polling'],
  forceTLS: true,
  httpHost: 'host',
  httpPath: '/pusher',
  httpPort: 80,
  httpsPort: 443,
  ignoreNullOrigin: true,
  nacl,
  pongTimeout: 30_000,
  statsHost: 'host',
  timelineParams: { page: 'home' },
  unavailableTimeout: 10_000,
  wsHost: 'host',
  wsPath: '/path',
  wsPort: 80,
  wssPort: 443,
};

// --- The constructor and its statics

Pusher.logToConsole = true;
Pusher.log = (message) => show(message);
Pusher.ready();
show(Pusher.instances.length, Pusher.isReady, Pusher.auth_callbacks);
show(Pusher.ScriptReceivers, Pusher.DependenciesReceivers);

class Client extends Pusher {
  constructor(app: string) {
    super(app, options);
  }
}

const pusher: Pusher = new Client('key');
const chained: Pusher = pusher
  .bind('event', (data: { text: string }) => show(data.text))
  .bind('event', function (this: { id: number }) { show(this.id); }, { id: 1 })
  .bind_global((event: string, data: unknown) => show(event, data));
chained.unbind().unbind('event').unbind('event', show).unbind('event', show, {}).unbind_global().unbind_all();
pusher.connect();
pusher.signin();
pusher.switchCluster({ appKey: 'other', cluster: 'eu' });
pusher.subscribeAll();
pusher.disconnect();
const sent: boolean = pusher.send_event('client-event', { text: 'x' }, 'private-channel');
show(sent, pusher.key, pusher.options, pusher.sessionID, pusher.shouldUseTLS(), pusher.global_emitter);
show(pusher.timeline, pusher.timelineSender, pusher.timelineSenderTimer);
show(pusher.config.useTLS, pusher.config.wsHost, pusher.config.cluster);

// --- Channels

const channel: Channel = pusher.subscribe('my-channel');
pusher.unsubscribe(channel.name);
const found: Channel[] = [pusher.channel('my-channel'), ...pusher.allChannels()];
show(pusher.channels.all(), pusher.channels.find('my-channel'), pusher.channels.channels['my-channel'], found);
channel
  .bind('event', (data: { text: string }, metadata: { user_id?: string }) => show(data, metadata.user_id))
  .bind('event', show, {})
  .bind_global(show)
  .unbind('event', show)
  .unbind_global(show)
  .unbind_all()
  .emit('event', { text: 'x' }, { user_id: 'ann' });
const triggered: boolean = channel.trigger('client-event', {});
channel.subscribe();
channel.unsubscribe();
show(triggered, channel.pusher === pusher, channel.subscribed, channel.subscriptionPending);
show(channel.subscriptionCancelled, channel.subscriptionCount, channel.authorize, channel.disconnect);
show(channel.handleEvent, channel.handleSubscriptionSucceededEvent, channel.handleSubscriptionCountEvent);
show(channel.cancelSubscription, channel.reinstateSubscription);
show(channel.callbacks, channel.global_callbacks, channel.failThrough);

const room = pusher.subscribe('presence-room') as PresenceChannel;
room.bind('pusher:subscription_succeeded', (all: Members) => show(all.count));
const members: Members = room.members;
members.each((member: { id: string; info: { name: string } }) => show(member.id, member.info.name));
show(members.me.id, members.myID, members.count, members.get('ann')?.info, members.members['ann']);
show(members.setMyID, members.onSubscription, members.addMember, members.removeMember, members.reset);
show(room.name, room.authorize, room.handleEvent, room.handleInternalEvent);
show(room.handleSubscriptionSucceededEvent, room.disconnect);

// --- The connection and the user

const connection: ConnectionManager = pusher.connection;
connection.bind('state_change', (states: { previous: string; current: string }) => show(states.current));
connection.connect();
connection.disconnect();
const state: string = connection.state;
const socketId: string = connection.socket_id;
show(state, socketId, connection.key, connection.usingTLS, connection.isUsingTLS());
show(connection.send('{}'), connection.send_event('event', {}, 'channel'));
show(connection.options, connection.connection, connection.timeline, connection.switchCluster);
show(connection.unavailableTimer, connection.activityTimer, connection.retryTimer, connection.activityTimeout);
show(connection.strategy, connection.runner, connection.errorCallbacks, connection.handshakeCallbacks);
show(connection.connectionCallbacks);

pusher.user.bind('event', show);
pusher.user.watchlist.bind('online', (event: { user_ids: string[] }) => show(event.user_ids));
pusher.user.signin();
show(pusher.user.user_data?.id, pusher.user.signinDonePromise);
show(pusher.user.pusher, pusher.user.signin_requested, pusher.user.serverToUserChannel);

// --- The platform

const runtime: Runtime = Pusher.Runtime;
runtime.createXHR = () => {
  const Constructor = runtime.getXHRAPI();
  const xhr = new Constructor();
  xhr.withCredentials = true;
  xhr.onreadystatechange = () => show(xhr.readyState, xhr.status, xhr.responseText);
  xhr.open('POST', '/auth', true);
  xhr.setRequestHeader('X', 'y');
  xhr.send('body');
  xhr.abort();
  return xhr;
};
runtime.createWebSocket = (url) => {
  const Constructor = runtime.getWebSocketAPI();
  const socket = new Constructor(url);
  socket.send('{}');
  socket.close(1000, '');
  return socket;
};
runtime.getLocalStorage = () => undefined;
runtime.addUnloadListener(show);
show(runtime.getProtocol(), runtime.getNetwork().isOnline(), runtime.isXHRSupported(), runtime.randomInt(9));
show(runtime.getDocument?.(), runtime.setup, runtime.getAuthorizers, runtime.TimelineTransport);
show(runtime.getDefaultStrategy, runtime.Transports, runtime.removeUnloadListener, runtime.HTTPFactory);
show(runtime.transportConnectionInitializer, runtime.createSocketRequest, runtime.createScriptRequest);
show(runtime.createJSONPRequest, runtime.ScriptReceivers, runtime.isXDRSupported);
