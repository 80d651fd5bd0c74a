// A client that a test talks to by name, so that the same test works with pusher-js in Node and in a
// browser: there this function is sent to the page as text, so it must not use anything from outside.
export function makeAgent(Pusher) {
  let pusher;
  const states = [];
  const awaited = new Map(); // of events: name to promise
  const series = { next: 0, wrong: [], waiting: [] };

  const once = (target, event) =>
    new Promise((resolve) => {
      const handler = (data, metadata) => {
        target.unbind(event, handler);
        resolve({ data, user_id: metadata?.user_id });
      };
      target.bind(event, handler);
    });

  return {
    // Connects; resolves with what the connection is then.
    async open(key, options) {
      pusher = new Pusher(key, options);
      pusher.connection.bind('state_change', ({ current }) => states.push(current));
      if (pusher.connection.state !== 'connected') await once(pusher.connection, 'connected');
      return { socket_id: pusher.connection.socket_id, transport: pusher.connection.connection.transport.name };
    },

    // Like open, for those who are refused: the code of the error.
    async fail(key, options) {
      pusher = new Pusher(key, options);
      const error = once(pusher.connection, 'error');
      await once(pusher.connection, 'disconnected');
      return (await error).data.error.data.code;
    },

    states: () => states,

    async subscribe(name) {
      const channel = pusher.subscribe(name);
      await once(channel, 'pusher:subscription_succeeded');
      return { count: channel.members?.count, me: channel.members?.me?.id };
    },

    // From now on the next such event is remembered; `take` waits for it.
    expect: (channel, event) => void awaited.set(`${channel} ${event}`, once(pusher.channel(channel), event)),
    take: (channel, event) => awaited.get(`${channel} ${event}`),

    trigger: (channel, event, data) => pusher.channel(channel).trigger(event, data),

    // From now on the events of a channel must come with n = 0, 1, 2, ...
    follow(channel, event) {
      pusher.channel(channel).bind(event, ({ n }) => {
        if (n !== series.next) series.wrong.push([series.next, n]);
        series.next = n + 1;
        for (const wake of series.waiting.splice(0)) wake();
      });
    },

    // Resolves when so many have come; with what came out of order.
    async followed(count) {
      while (series.next < count && series.wrong.length < 10) {
        await new Promise((resolve) => series.waiting.push(resolve));
      }
      return series.wrong;
    },

    close: () => pusher?.disconnect(),
  };
}
