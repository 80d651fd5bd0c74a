// One library fed by a stub in the place of its socket. For pages and for Node; `benchMessages` are there.
(() => {
  const WARM_UP_MS = 300;
  const MIN_BLOCK = 512;
  const STEP = 32; // events between two looks at the clock; divides a block
  const EVENT = 'new-comment';
  const { message, payload } = globalThis.benchMessages;

  class StubSocket {
    constructor() {
      this.readyState = 1;
    }
    receive(text) {
      this.onmessage({ data: text });
    }
    // The service's answers come at once.
    send(text) {
      const { event, data } = JSON.parse(text);
      if (event !== 'pusher:subscribe') return;
      this.receive(message('pusher_internal:subscription_succeeded', data.channel, '{}'));
    }
    close() {}
  }

  function connect(Pusher) {
    const socket = new StubSocket();
    Pusher.Runtime.getWebSocketAPI = () => StubSocket;
    Pusher.Runtime.createWebSocket = () => socket;
    Pusher.Runtime.getLocalStorage = () => undefined;
    Pusher.isReady = true;
    const pusher = new Pusher('app-key', {
      cluster: 'local', wsHost: 'localhost', forceTLS: false, enabledTransports: ['ws'],
    });
    const established = { socket_id: '1.1', activity_timeout: 120 };
    return new Promise((resolve) => {
      pusher.connection.bind('connected', () => resolve({ pusher, socket }));
      setTimeout(() => {
        socket.onopen({});
        socket.receive(message('pusher:connection_established', undefined, JSON.stringify(established)));
      }, 0);
    });
  }

  // A client whose channels have that many handlers, and a function that feeds it. `id` is in every payload, so
  // that handlers see whether they get what was sent.
  async function client(Pusher, { size, channels, handlers }) {
    const { pusher, socket } = await connect(Pusher);
    let seen = 0;
    let sum = 0;
    const names = Array.from({ length: channels }, (_, number) => `channel-${number}`);
    for (const name of names) {
      const channel = pusher.subscribe(name);
      for (let i = 0; i < handlers; i++) {
        channel.bind(EVENT, (data) => {
          seen++;
          sum += data.id;
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 0)); // pusher-js sends one timer later
    const length = Math.ceil(Math.max(MIN_BLOCK, channels) / STEP) * STEP;
    const block = Array.from({ length }, (_, number) =>
      message(EVENT, names[number % channels], payload(size, number)));
    const ids = block.map((text) => JSON.parse(JSON.parse(text).data).id);
    let next = 0; // in the block
    const feed = (count) => {
      let expected = 0;
      seen = 0;
      sum = 0;
      for (let i = 0; i < count; i++) {
        socket.receive(block[next]);
        expected += ids[next] * handlers;
        next = (next + 1) % length;
      }
      if (seen !== count * handlers || sum !== expected) {
        throw new Error(`${seen} calls of handlers for ${count} events; the ids' sum is ${sum}, not ${expected}`);
      }
    };
    return {
      feed,
      // How many events it takes in a while.
      warmUp() {
        const begin = performance.now();
        let count = 0;
        for (; performance.now() - begin < WARM_UP_MS; count += STEP) feed(STEP);
        return count;
      },
      end: () => pusher.disconnect(),
    };
  }

  // { name: [events per second of processor time in each run] } for libraries that take turns. `clock` tells the
  // milliseconds of processor time that the thread has used between its start and its stop.
  globalThis.benchFeed = async (libraries, settings, runs, clock) => {
    const clients = {};
    const rates = {};
    for (const [name, Pusher] of Object.entries(libraries)) {
      clients[name] = await client(Pusher, settings);
      rates[name] = [];
    }
    const counts = Object.entries(clients).map(([name, one]) => [name, Math.max(one.warmUp(), one.warmUp())]);
    for (let run = 0; run < runs; run++) {
      for (const [name, count] of run % 2 ? [...counts].reverse() : counts) {
        await clock.start();
        clients[name].feed(count);
        rates[name].push((count * 1000) / (await clock.stop()));
      }
    }
    for (const one of Object.values(clients)) one.end();
    return rates;
  };
})();
