// Declarations at the paths inside of pusher-js that programs import types from, though nobody ever promised
// these: each passes on what the published declarations export.

// Path: the name that is its default export, or names.
const MODULES = {
  'core/pusher': 'default',
  'core/pusher-with-encryption': 'default',
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
  'core/channels/encrypted_channel': 'EncryptedChannel',
  'core/channels/members': 'Members',
  'core/channels/metadata': 'Metadata',
  'core/channels/presence_channel': 'PresenceChannel',
  'core/channels/private_channel': 'PrivateChannel',
  'core/connection/connection_manager': 'ConnectionManager',
  'core/connection/protocol/message-types': ['PusherEvent'],
  'core/events/dispatcher': 'Emitter',
  'runtimes/interface': 'Runtime',
};

// Node's rules want a declaration file for each kind of module.
const KINDS = [{ extension: 'd.ts', index: 'index' }, { extension: 'd.mts', index: 'index.mjs' }];

function declaration(path, exported, index) {
  const from = `'${'../'.repeat(path.split('/').length + 1)}${index}'`;
  if (exported === 'default') return `export { default } from ${from};\n`;
  const names = Array.isArray(exported) ? exported.join(', ') : `${exported} as default`;
  return `export type { ${names} } from ${from};\n`;
}

// The files, to be written below the package's folder, where index.d.ts is: [{ name, text }].
export function deepTypes() {
  return Object.entries(MODULES).flatMap(([path, exported]) =>
    KINDS.map(({ extension, index }) =>
      ({ name: `types/src/${path}.${extension}`, text: declaration(path, exported, index) })));
}

const way = {
  import: { types: './types/src/*.d.mts' },
  require: { types: './types/src/*.d.ts' },
};

// What the package's exports say of them.
export const DEEP_EXPORTS = { './types/src/*.js': way, './types/src/*': way };
