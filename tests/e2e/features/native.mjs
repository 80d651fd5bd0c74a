// libpusher through the puppet (../puppet), with the functions that agent.mjs gives JavaScript's clients.
import assert from 'node:assert/strict';

import { APP } from '../lib/servers.mjs';
import { Puppet } from '../lib/puppet.mjs';

const json = (text) => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const pairs = (name, values = {}) =>
  Object.entries(values).map(([key, value]) => [name, `${key}=${value}`]);

// What the puppet has told, in the words of agent.mjs's log.
function entry(line) {
  if (line.question) return { place: 'question', channel: line.question, data: line.socket };
  if (line.connection) {
    return { place: 'connection', event: line.connection, data: line.connection === 'error' ? line.code : undefined };
  }
  if (!line.event) return line;
  const failed = line.type && { type: line.type, error: line.message, status: line.status };
  const member = line.member && /member_(added|removed)$/.test(line.event) && { id: line.member };
  return {
    place: line.place ?? 'channel',
    channel: line.place && line.place !== 'client' ? undefined : line.channel,
    event: line.event,
    data: failed || member || json(line.data),
    user_id: line.user,
  };
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const has = (values) => (line) => {
  const one = entry(line);
  return Object.keys(values).filter((name) => values[name] !== undefined).every((name) => same(one[name], values[name]));
};

export async function openPuppet(t, told) {
  const { port, endpoint, userEndpoint, params, headers, providers, asks, batch, key = APP.key } = told;
  const puppet = new Puppet(t, {
    key,
    host: '127.0.0.1',
    port,
    plain: true,
    transports: 'ws',
    auth_endpoint: endpoint,
    user_auth_endpoint: userEndpoint,
    providers: providers && 'on',
    authorizer: asks && 'on',
    auth_batch: batch,
    more: [...pairs('auth_param', params), ...pairs('auth_header', headers),
      ...pairs('user_auth_param', params), ...pairs('user_auth_header', headers)],
  });
  const say = async (...words) => puppet.say(['1', ...words].join(' '));
  // The answer to a question that the puppet answers at once.
  const ask = async (words, isIt) => {
    const from = puppet.told.length;
    await say(...words);
    return puppet.sees(isIt, from);
  };
  await say('listen');
  await say('connect');

  return {
    subscribe: async (...names) => puppet.say(names.map((name) => `1 subscribe ${name}`).join('\n')),
    bind: () => {}, // its handlers of all events are told everything
    unsubscribe: (name) => say('unsubscribe', name),
    trigger: (name, event, data) => say('trigger', name, event, JSON.stringify(data)),
    signin: () => say('signin'),
    userData: async () => json((await ask(['user'], (line) => 'user_data' in line)).user_data),
    async members(name) {
      const line = await ask(['members', name], (told) => told.members === name);
      return { count: line.count, me: line.me ? { id: line.me, info: json(line.info) } : null };
    },
    switchCluster: (appKey, cluster) => say('switch', appKey, cluster),
    socket: async () => puppet.told.filter(({ connection, socket }) => connection && socket).at(-1).socket,
    connect: () => say('connect'),
    disconnect: () => say('disconnect'),
    async end() {
      assert.equal(await puppet.end(), 0, puppet.program.err.join('\n'));
    },
    accept: (name, { auth, channel_data, user_data, shared_secret }) => (shared_secret
      ? say('accept_encrypted', name, auth, shared_secret)
      : say('accept', name, auth, channel_data ?? user_data ?? '')),
    refuse: (name, status, message) => say('refuse', name, status, message),
    log: async () => puppet.told.map(entry),
    async sees(values, from = 0) {
      const place = values.place === 'handler' ? 'channel' : values.place;
      return entry(await puppet.sees(has({ ...values, place }), from));
    },
  };
}
