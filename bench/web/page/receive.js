// One client on a real socket: subscribes, and tells how long a burst took from its first event to its last. For
// pages and for Node.
(() => {
  const EVENT = 'new-comment';

  // Resolves when all channels are subscribed, with the client of a library.
  globalThis.benchReceive = async (Pusher, { port, channels }) => {
    const pusher = new Pusher('app-key', {
      cluster: 'local', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'],
    });
    let burst; // { left, first, resolve } while one is expected
    const heard = (data) => {
      if (!burst) throw new Error(`an event that nobody waits for: ${data.id}`);
      burst.first ??= performance.now();
      if (--burst.left) return;
      burst.resolve(performance.now() - burst.first);
      burst = undefined;
    };
    await Promise.all(channels.map((name) => new Promise((resolve) => {
      const channel = pusher.subscribe(name);
      channel.bind('pusher:subscription_succeeded', resolve);
      channel.bind(EVENT, heard);
    })));
    return {
      // Milliseconds for that many events.
      expect: (count) => new Promise((resolve) => {
        burst = { left: count, resolve };
      }),
      end: () => pusher.disconnect(),
    };
  };

  // Takes orders until there are none: { expect, subject }; tells the milliseconds.
  globalThis.benchObey = async (libraries, setup, call) => {
    const clients = {};
    for (const [name, Pusher] of Object.entries(libraries)) {
      clients[name] = await globalThis.benchReceive(Pusher, setup[name]);
    }
    for (let order = await call({ ready: true }); order; ) {
      const burst = clients[order.subject].expect(order.expect);
      await call({ waiting: true });
      order = await call({ ms: await burst });
    }
  };
})();
