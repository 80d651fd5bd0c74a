// A JavaScript client on strings: it keeps a log of all that it hears, and tests wait for entries of it. The
// function is sent to pages as text, so it must not use anything from outside.
export function makeAgent(Pusher, { key, options, asks, providers }) {
  const log = [];
  const waiting = new Set();
  const questions = new Map(); // by channel, '-' for the user: what answers
  const text = JSON.stringify;

  function note(entry) {
    log.push(entry);
    for (const look of waiting) look();
  }

  const provided = { count: 0 };
  const provide = () => ({ 'X-Provided': String(++provided.count) });
  const ask = ({ channelName = '-', socketId }, done) => {
    questions.set(channelName, done);
    note({ place: 'question', channel: channelName, data: socketId });
  };
  const way = (given) => ({
    transport: 'ajax',
    ...given,
    ...(providers && { paramsProvider: provide, headersProvider: provide }),
    ...(asks && { customHandler: ask }),
  });

  const pusher = new Pusher(key, {
    ...options,
    channelAuthorization: way(options.channelAuthorization),
    userAuthentication: way(options.userAuthentication),
  });

  // What was heard at a place, in the words of this log. Only handlers of one event are told whose it is.
  const hear = (target, place, more = {}) =>
    target.bind_global((event, data) => {
      if (place === 'channel' && /^pusher_internal:/.test(event)) return;
      note({ place, ...more, event, data: plain(data) });
    });
  // Members of a presence channel have functions; their count is what tests ask for.
  const plain = (data) => (data && typeof data.each === 'function' ? { count: data.count } : data);

  pusher.connection.bind('state_change', ({ current }) => note({ place: 'connection', event: current }));
  pusher.connection.bind('error', (error) =>
    note({ place: 'connection', event: 'error', data: error?.data?.code ?? error?.error?.data?.code ?? null }));
  hear(pusher, 'client');
  hear(pusher.user, 'user');
  hear(pusher.user.watchlist, 'watchlist');

  return {
    // All of them in one turn.
    subscribe(...names) {
      for (const name of names) {
        const before = pusher.channel(name);
        const channel = pusher.subscribe(name);
        if (channel !== before) hear(channel, 'channel', { channel: name });
      }
    },
    bind: (name, event) =>
      void pusher.channel(name).bind(event, (data, metadata) =>
        note({ place: 'handler', channel: name, event, data, user_id: metadata?.user_id })),
    unsubscribe: (name) => pusher.unsubscribe(name),
    trigger: (name, event, data) => pusher.channel(name).trigger(event, data),
    signin: () => pusher.signin(),
    userData: () => pusher.user.user_data,
    members(name) {
      const { count, me } = pusher.channel(name).members;
      return { count, me: me && { id: me.id, info: me.info } };
    },
    subscriptionCount: (name) => pusher.channel(name).subscriptionCount,
    switchCluster: (appKey, cluster) => pusher.switchCluster({ appKey, cluster }),
    socket: () => pusher.connection.socket_id,
    state: () => pusher.connection.state,
    connect: () => pusher.connect(),
    disconnect: () => pusher.disconnect(),
    end: () => pusher.disconnect(),

    // Answers what was asked of the program.
    accept(name, answer) {
      questions.get(name)(null, answer);
      questions.delete(name);
    },
    refuse(name, status, message) {
      questions.get(name)(Object.assign(new Error(message), { status }), null);
      questions.delete(name);
    },

    log: () => log,

    // The first entry, from a place in the log on, that has all these values; as soon as it is there.
    sees(values, from = 0) {
      const isIt = (entry) => Object.keys(values).every((name) => text(entry[name]) === text(values[name]));
      return new Promise((resolve) => {
        const look = () => {
          const found = log.slice(from).find(isIt);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
