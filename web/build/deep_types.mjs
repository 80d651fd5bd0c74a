// Declarations at the paths inside of pusher-js that programs import types from, though nobody ever promised
// these: each passes on what the published declarations export. In the package's exports they are
// "./types/src/*.js" and "./types/src/*", both with { "types": "./types/src/*.d.ts" }.

// Path: the name that is its default export, or names.
const MODULES = {
  'core/pusher': 'default',
  'core/options': ['Options', 'ClusterOptions'],
  'core/config': ['Config', 'AuthTransport', 'Transport'],
  'core/user': 'User',
  'core/watchlist': 'Watchlist',
  'core/auth/options': [
    'ChannelAuthorizationData', 'ChannelAuthorizationCallback', 'ChannelAuthorizationRequestParams',
    'ChannelAuthorizationHandler', 'ChannelAuthorizationOptions', 'UserAuthenticationData',
    'UserAuthenticationCallback', 'UserAuthenticationRequestParams', 'UserAuthenticationHandler',
    'UserAuthenticationOptions', 'InternalAuthOptions', 'CustomAuthOptions',
  ],
  'core/auth/deprecated_channel_authorizer': [
    'DeprecatedChannelAuthorizer', 'ChannelAuthorizerGenerator', 'DeprecatedAuthOptions',
    'DeprecatedAuthorizerOptions',
  ],
  'core/channels/channel': 'Channel',
  'core/channels/channels': 'Channels',
  'core/channels/members': 'Members',
  'core/channels/metadata': 'Metadata',
  'core/channels/presence_channel': 'PresenceChannel',
  'core/channels/private_channel': 'PrivateChannel',
  'core/connection/connection_manager': 'ConnectionManager',
  'core/connection/protocol/message-types': ['PusherEvent'],
  'core/events/dispatcher': 'Emitter',
  'runtimes/interface': 'Runtime',
};

// The files, to be written below the package's folder, where index.d.ts is: [{ name, text }].
export function deepTypes() {
  return Object.entries(MODULES).map(([path, exported]) => {
    const index = `${'../'.repeat(path.split('/').length + 1)}index`;
    const names = Array.isArray(exported) ? exported.join(', ')
      : exported === 'default' ? exported : `${exported} as default`;
    const keyword = exported === 'default' ? 'export' : 'export type';
    return { name: `types/src/${path}.d.ts`, text: `${keyword} { ${names} } from '${index}';\n` };
  });
}
