// What the constructor itself carries.
import { assert } from 'chai';

import { useSandbox } from '../support/sandbox';
import { Pusher, traits } from '../support/subject';

describe('statics', () => {
  const sandbox = useSandbox();

  it('VERSION is a version', () => {
    assert.match(Pusher.VERSION, /^\d+\.\d+\.\d+(-[\w.]+)?$/);
  });

  it('instances holds every client that was made, in order', () => {
    const before = Pusher.instances.length;
    const made = [sandbox.pusher(), sandbox.pusher()];
    assert.deepEqual(Pusher.instances.slice(before), made);
  });

  it('ready connects what was disconnected', () => {
    const pusher = sandbox.pusher();
    pusher.disconnect();
    Pusher.ready();
    assert.isTrue(Pusher.isReady);
    assert.equal(pusher.connection.state, 'connecting');
    for (const instance of Pusher.instances) instance.disconnect();
  });

  it('instances are instances, of subclasses too', () => {
    class Mine extends (Pusher as unknown as new (key: string, options: unknown) => { disconnect(): void }) {
      hello(): string {
        return 'hello';
      }
    }
    const mine = new Mine('key', { cluster: 'mt1', enabledTransports: ['ws'] });
    mine.disconnect();
    assert.instanceOf(mine, Pusher as unknown as new () => unknown);
    assert.equal(mine.hello(), 'hello');
  });

  it('sessionID is a number below a thousand millions', () => {
    const { sessionID } = sandbox.pusher();
    assert.isTrue(Number.isInteger(sessionID) && sessionID >= 0 && sessionID < 1e9);
  });

  it('Runtime is what the platform brings along', () => {
    for (const member of ['createWebSocket', 'createXHR', 'getXHRAPI', 'getWebSocketAPI', 'getNetwork', 'getLocalStorage']) {
      assert.isFunction(Pusher.Runtime[member], member);
    }
  });

  it('Pusher.default is the constructor, as import helpers expect', () => {
    const { default: alias } = Pusher as unknown as { default?: unknown };
    assert.isTrue(alias === undefined || alias === Pusher);
  });

  if (traits.platform === 'page') {
    it('a page has what loads scripts', () => {
      for (const name of ['ScriptReceivers', 'DependenciesReceivers', 'auth_callbacks', 'Dependencies'] as const) {
        assert.isObject(Pusher[name], name);
      }
      assert.isFunction(Pusher.DependencyLoader);
      assert.isFunction(Pusher.ScriptReceiverFactory);
      assert.isString(Pusher.cdn_http);
      assert.isString(Pusher.cdn_https);
      assert.isString(Pusher.dependency_suffix);
    });

    it('the script leaves one name in the page', () => {
      assert.strictEqual((globalThis as unknown as { Pusher: unknown }).Pusher, Pusher);
    });
  }
});
