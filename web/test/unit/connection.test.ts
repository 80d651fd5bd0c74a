// The states of a connection, by a server that the test plays.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { Pusher } from '../support/subject';
import type { PusherInstance } from '../support/surface';

/** The states that a connection goes through from now on. */
function watchStates(pusher: PusherInstance): string[] {
  const states: string[] = [];
  pusher.connection.bind('state_change', ({ previous, current }: { previous: string; current: string }) =>
    states.push(`${previous} -> ${current}`),
  );
  return states;
}

describe('connection', () => {
  const sandbox = useSandbox();

  it('is connecting when the constructor returns', () => {
    const pusher = sandbox.pusher();
    assert.equal(pusher.connection.state, 'connecting');
    assert.lengthOf(sandbox.sockets, 1);
  });

  it('is connected by the handshake', async () => {
    const pusher = sandbox.pusher();
    const states = watchStates(pusher);
    const connected = recorder();
    pusher.connection.bind('connected', connected);
    await sandbox.establish('12.34');
    assert.equal(pusher.connection.state, 'connected');
    assert.equal(pusher.connection.socket_id, '12.34');
    assert.deepEqual(connected.calls[0]?.[0], { socket_id: '12.34' });
    assert.deepEqual(states, ['connecting -> connected']);
  });

  it('tells of the change before the state', async () => {
    const pusher = sandbox.pusher();
    const order: string[] = [];
    pusher.connection.bind('connected', () => order.push('connected'));
    pusher.connection.bind('state_change', () => order.push(`state_change in ${pusher.connection.state}`));
    await sandbox.establish();
    assert.deepEqual(order, ['state_change in connected', 'connected']);
  });

  it('hands pusher:connection_established to the client\'s bindings', async () => {
    const pusher = sandbox.pusher();
    const established = recorder();
    pusher.bind('pusher:connection_established', established);
    await sandbox.establish('12.34');
    assert.propertyVal(established.calls[0]?.[0], 'socket_id', '12.34');
  });

  it('does nothing when asked to connect twice', async () => {
    const pusher = sandbox.pusher();
    pusher.connect();
    await sandbox.establish();
    pusher.connect();
    await sandbox.tick(100);
    assert.lengthOf(sandbox.sockets, 1);
  });

  it('becomes unavailable in ten seconds, and connected when the server answers after all', async () => {
    const pusher = sandbox.pusher();
    const states = watchStates(pusher);
    await sandbox.tick(9_990);
    assert.equal(pusher.connection.state, 'connecting');
    await sandbox.tick(20);
    assert.equal(pusher.connection.state, 'unavailable');
    await sandbox.establish();
    assert.deepEqual(states, ['connecting -> unavailable', 'unavailable -> connected']);
  });

  it('unavailableTimeout says when', async () => {
    const pusher = sandbox.pusher({ unavailableTimeout: 500 });
    await sandbox.tick(510);
    assert.equal(pusher.connection.state, 'unavailable');
  });

  it('gives up a socket that hangs, and opens another', async () => {
    sandbox.pusher();
    await sandbox.tick(14_900);
    assert.lengthOf(sandbox.sockets, 1);
    await sandbox.tick(31_000);
    assert.isAtLeast(sandbox.sockets.length, 2);
    assert.isDefined(sandbox.sockets[0]?.closedWith);
  });

  describe('disconnect', () => {
    it('closes the socket, and the state is disconnected', async () => {
      const pusher = await sandbox.connected();
      const states = watchStates(pusher);
      pusher.disconnect();
      await sandbox.tick();
      assert.deepEqual(states, ['connected -> disconnected']);
      assert.isDefined(sandbox.socket.closedWith);
      await sandbox.tick(60_000);
      assert.lengthOf(sandbox.sockets, 1);
    });

    it('leaves no timer that would keep a program from ending', async () => {
      const others = sandbox.clock.countTimers();
      for (const pusher of [sandbox.pusher(), await sandbox.connected()]) {
        pusher.disconnect();
        await sandbox.tick();
      }
      assert.equal(sandbox.clock.countTimers(), others);
    });

    it('while connecting closes the half-open socket', async () => {
      const pusher = sandbox.pusher();
      pusher.disconnect();
      await sandbox.tick();
      assert.equal(pusher.connection.state, 'disconnected');
      assert.isDefined(sandbox.socket.closedWith);
    });

    it('and connect at once opens a new one in the same turn', async () => {
      const pusher = await sandbox.connected();
      pusher.disconnect();
      pusher.connect();
      assert.lengthOf(sandbox.sockets, 2);
      assert.equal(pusher.connection.state, 'connecting');
      await sandbox.establish('3.4');
      assert.equal(pusher.connection.socket_id, '3.4');
    });

    it('from within a handler', async () => {
      const pusher = sandbox.pusher();
      pusher.connection.bind('connected', () => pusher.disconnect());
      await sandbox.establish();
      assert.equal(pusher.connection.state, 'disconnected');
    });
  });

  describe('when it is lost', () => {
    it('is sought again after a second', async () => {
      const pusher = await sandbox.connected();
      const [connectingIn, states] = [recorder(), watchStates(pusher)];
      pusher.connection.bind('connecting_in', connectingIn);
      sandbox.socket.end(1006, '', false);
      assert.isFalse(pusher.send_event('e', {}));
      await sandbox.tick(990);
      assert.lengthOf(sandbox.sockets, 1);
      await sandbox.tick(20);
      assert.lengthOf(sandbox.sockets, 2);
      assert.deepEqual(connectingIn.calls, [[1]]);
      await sandbox.establish('3.4');
      assert.deepEqual(states, ['connected -> connecting', 'connecting -> connected']);
      assert.equal(pusher.connection.socket_id, '3.4');
    });

    it('a refusal counts that a browser tells of without an open before', () => {
      const pusher = sandbox.pusher();
      const errors = recorder();
      pusher.connection.bind('error', errors);
      sandbox.socket.end(4001, 'App does not exist');
      assert.equal(pusher.connection.state, 'disconnected');
      assert.include(JSON.stringify(errors.calls), '4001');
    });

    // code, when the next socket comes (from, to; never), state
    const CODES: [number, [number, number] | null, string][] = [
      [1000, [1000, 1000], 'connecting'],
      [1001, [1000, 1000], 'connecting'],
      [1002, [1000, 2000], 'connecting'],
      [1006, [1000, 1000], 'connecting'],
      [4000, [0, 0], 'connecting'],
      [4001, null, 'disconnected'],
      [4099, null, 'disconnected'],
      [4100, [1000, 2000], 'connecting'],
      [4199, [1000, 2000], 'connecting'],
      [4200, [0, 0], 'connecting'],
      [4299, [0, 0], 'connecting'],
      [4300, null, 'disconnected'],
    ];
    for (const [code, delay, state] of CODES) {
      it(`with ${code}: ${delay === null ? 'it stays away' : `again after ${delay.join(' to ')} ms`}`, async () => {
        const pusher = sandbox.pusher({ forceTLS: false });
        await sandbox.tick(100); // what worked is tried first, for a second and twice the time that it took
        await sandbox.establish();
        const errors = recorder();
        pusher.connection.bind('error', errors);
        sandbox.socket.end(code, 'because');
        const [from, to] = delay ?? [0, 60_000];
        if (from > 0) {
          await sandbox.tick(from - 10);
          assert.lengthOf(sandbox.sockets, 1, 'not before');
        }
        await sandbox.tick(to - from + 20);
        assert.lengthOf(sandbox.sockets, delay === null ? 1 : 2);
        assert.equal(pusher.connection.state, state);
        assert.equal(errors.calls.length > 0, code !== 1000 && code !== 1001, 'whether there is an error');
        if (code === 4000) assert.match(sandbox.socket.url, /^wss:/);
      });
    }

    it('an error of the socket says code and reason', async () => {
      const pusher = await sandbox.connected();
      const errors = recorder();
      pusher.connection.bind('error', errors);
      sandbox.socket.end(4100, 'over capacity');
      await sandbox.tick();
      const text = JSON.stringify(errors.calls);
      assert.include(text, '4100');
      assert.include(text, 'over capacity');
      assert.include(text, 'PusherError');
    });
  });

  it('tells an error that the server sends, and stays', async () => {
    const pusher = await sandbox.connected();
    const [errors, onClient] = [recorder(), recorder()];
    pusher.connection.bind('error', errors);
    pusher.bind('pusher:error', onClient);
    sandbox.socket.receive('pusher:error', { code: 4301, message: 'too fast' });
    await sandbox.tick();
    const error = errors.calls[0]?.[0] as { type: string; data: unknown };
    assert.equal(error.type, 'PusherError');
    assert.deepInclude(error.data as Record<string, unknown>, { code: 4301, message: 'too fast' });
    assert.lengthOf(onClient.calls, 1);
    assert.equal(pusher.connection.state, 'connected');
  });

  describe('activity', () => {
    it('a quiet connection is asked, and given up without an answer', async () => {
      const pusher = await sandbox.connected({ activityTimeout: 20_000, pongTimeout: 5_000 });
      const socket = sandbox.socket;
      await sandbox.tick(20_010);
      assert.deepEqual(socket.framesOf('pusher:ping'), [{ event: 'pusher:ping', data: {} }]);
      await sandbox.tick(5_010);
      assert.lengthOf(sandbox.sockets, 2);
      assert.isDefined(socket.closedWith);
      await sandbox.establish('3.4');
      assert.equal(pusher.connection.state, 'connected');
    });

    it('the server\'s time counts where it is shorter', async () => {
      await sandbox.connected();
      sandbox.pusher();
      await sandbox.establish('5.6', 30);
      await sandbox.tick(30_010);
      assert.lengthOf(sandbox.socket.framesOf('pusher:ping'), 1);
    });

    it('what comes puts the question off, a pong takes it away', async () => {
      await sandbox.connected({ activityTimeout: 20_000, pongTimeout: 5_000 });
      await sandbox.tick(15_000);
      sandbox.socket.receive('e', {});
      await sandbox.tick(15_000);
      assert.lengthOf(sandbox.socket.framesOf('pusher:ping'), 0);
      await sandbox.tick(5_010);
      assert.lengthOf(sandbox.socket.framesOf('pusher:ping'), 1);
      sandbox.socket.receive('pusher:pong', {});
      await sandbox.tick(10_000);
      assert.lengthOf(sandbox.sockets, 1);
    });

    it('an answer that is here counts before the time-out that has passed meanwhile', async () => {
      const pusher = await sandbox.connected({ activityTimeout: 1000, pongTimeout: 1000 });
      await sandbox.tick(1010);
      assert.lengthOf(sandbox.socket.framesOf('pusher:ping'), 1);
      const runtime = Pusher.Runtime as unknown as { now(): number };
      const { now } = runtime;
      runtime.now = () => now() + 1_500; // the page was busy: no timer has fired
      try {
        sandbox.socket.receive('pusher:pong', {});
        assert.isTrue(pusher.send_event('e', {}));
      } finally {
        runtime.now = now;
      }
    });

    it('a ping of the server is answered', async () => {
      const pusher = await sandbox.connected();
      const pinged = recorder();
      pusher.bind('pusher:ping', pinged);
      sandbox.socket.receive('pusher:ping', {});
      await sandbox.tick();
      assert.deepEqual(sandbox.socket.framesOf('pusher:pong'), [{ event: 'pusher:pong', data: {} }]);
      assert.lengthOf(pinged.calls, 1);
    });
  });

  describe('the network', () => {
    it('that goes away makes the client ask at once whether the server is there', async () => {
      await sandbox.connected({ pongTimeout: 5_000 });
      sandbox.network.goes('offline');
      await sandbox.tick();
      assert.lengthOf(sandbox.socket.framesOf('pusher:ping'), 1);
      await sandbox.tick(5_010);
      assert.lengthOf(sandbox.sockets, 2);
    });

    it('that comes back makes it try at once', async () => {
      const pusher = sandbox.pusher();
      await sandbox.tick(10_010);
      assert.equal(pusher.connection.state, 'unavailable');
      const before = sandbox.sockets.length;
      sandbox.network.goes('online');
      await sandbox.tick();
      assert.lengthOf(sandbox.sockets, before + 1);
    });
  });

  it('a handshake that is none is reported, and tried again', async () => {
    const pusher = sandbox.pusher();
    const errors = recorder();
    pusher.connection.bind('error', errors);
    sandbox.socket.open();
    sandbox.socket.receive('something', {});
    await sandbox.tick(31_000);
    assert.propertyVal(errors.calls[0]?.[0], 'type', 'HandshakeError');
    assert.isAtLeast(sandbox.sockets.length, 2);
    await sandbox.establish();
    assert.equal(pusher.connection.state, 'connected');
  });

  it('a refused socket is followed by another one soon', async () => {
    const pusher = sandbox.pusher();
    sandbox.socket.refuse();
    await sandbox.tick(1_100);
    assert.isAtLeast(sandbox.sockets.length, 2);
    await sandbox.establish();
    assert.equal(pusher.connection.state, 'connected');
  });

  it('a constructor that throws is a refused socket', async () => {
    const make = Pusher.Runtime.createWebSocket;
    let failures = 0;
    Pusher.Runtime.createWebSocket = (url) => {
      if (failures++ < 2) throw new Error('No sockets today.');
      return make(url);
    };
    const pusher = sandbox.pusher();
    await sandbox.tick(35_000);
    assert.isAtLeast(sandbox.sockets.length, 1);
    await sandbox.establish();
    assert.equal(pusher.connection.state, 'connected');
  });

  it('send writes the text as it is', async () => {
    const pusher = await sandbox.connected();
    assert.isTrue(pusher.connection.send('{"event":"e","data":{}}'));
    await sandbox.tick();
    assert.include(sandbox.socket.sent, '{"event":"e","data":{}}');
  });

  it('switchCluster goes to the other host with the other key, and subscribes there', async () => {
    const pusher = await sandbox.connected();
    await sandbox.subscribed(pusher, 'news');
    pusher.switchCluster({ appKey: 'other-key', cluster: 'eu' });
    await sandbox.tick(10);
    assert.lengthOf(sandbox.sockets, 2);
    assert.match(sandbox.socket.url, /^wss:\/\/ws-eu\.pusher\.com:443\/app\/other-key\?/);
    await sandbox.establish('3.4');
    assert.lengthOf(sandbox.socket.framesOf('pusher:subscribe'), 1);
    assert.equal(pusher.key, 'other-key');
  });
});
