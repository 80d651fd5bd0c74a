// Clients with many private channels, whose connections are cut: tells how long it takes from the next connection
// until all channels are subscribed again. For pages and for Node.
(() => {
  // Resolves when all channels are subscribed, with the client of a library.
  async function subscribeAll(Pusher, { port, endpoint, channels, options }) {
    const pusher = new Pusher('app-key', {
      cluster: 'local', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'],
      channelAuthorization: { endpoint, transport: 'ajax' },
      ...options,
    });
    let left;
    let since;
    let done;
    const again = () => new Promise((resolve) => {
      left = channels.length;
      since = undefined;
      done = resolve;
    });
    const first = again();
    pusher.connection.bind('connected', () => {
      since = performance.now();
    });
    for (const name of channels) {
      pusher.subscribe(name).bind('pusher:subscription_succeeded', () => {
        left -= 1;
        if (!left) done(performance.now() - since);
      });
    }
    await first;
    return again;
  }

  // Takes orders until there are none: { subject }; tells the milliseconds.
  globalThis.benchObey = async (libraries, setup, call) => {
    const clients = {};
    for (const [name, way] of Object.entries(setup)) {
      clients[name] = await subscribeAll(libraries[way.library], way);
    }
    for (let order = await call({ ready: true }); order; ) {
      const subscribed = clients[order.subject]();
      await call({ waiting: true });
      order = await call({ ms: await subscribed });
    }
  };
})();
