// Scripts that the library loads in pages: receivers, dependencies, JSONP authorization.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { Pusher } from '../support/subject';

const head = () => document.head;
const newest = () => head().querySelector('script') as HTMLScriptElement;
const countOf = (part: string) => [...document.scripts].filter(({ src }) => src.includes(part)).length;

/** The next script that is put into the page: one that is not there may have failed and be gone a moment later. */
const nextScript = () =>
  new Promise<HTMLScriptElement>((resolve) => {
    const observer = new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (!(node instanceof HTMLScriptElement)) continue;
        observer.disconnect();
        resolve(node);
      }
    });
    observer.observe(head(), { childList: true });
  });

describe('script receivers', () => {
  it('are numbered from 1, and each fires once', () => {
    const factory = new Pusher.ScriptReceiverFactory('_mine_', 'Mine.Receivers');
    const [one, two] = [recorder(), recorder()];
    const first = factory.create(one);
    const second = factory.create(two);
    assert.deepInclude(first, { number: 1, id: '_mine_1', name: 'Mine.Receivers[1]' });
    assert.deepInclude(second, { number: 2, id: '_mine_2', name: 'Mine.Receivers[2]' });
    const call = factory[1] as (...args: unknown[]) => void;
    call(null, { a: 1 });
    call(null, { a: 2 });
    assert.deepEqual(one.calls, [[null, { a: 1 }]]);
    factory.remove(first);
    assert.isUndefined(factory[1]);
    assert.lengthOf(two.calls, 0);
  });

  it('of the library have the names that servers call', () => {
    const receiver = Pusher.ScriptReceivers.create(() => undefined);
    assert.match(receiver.name, /^Pusher\.ScriptReceivers\[\d+\]$/);
    assert.match(receiver.id, /^_pusher_script_\d+$/);
    Pusher.ScriptReceivers.remove(receiver);
  });
});

describe('dependency loader', () => {
  const make = (more: Record<string, unknown> = {}) =>
    new Pusher.DependencyLoader({
      cdn_http: `${location.origin}/scripts/http/`,
      cdn_https: `${location.origin}/scripts/https//`,
      version: '1.2.3',
      suffix: '.min',
      receivers: Pusher.DependenciesReceivers,
      ...more,
    });

  it('knows where files are', () => {
    const loader = make();
    assert.equal(loader.getRoot({ useTLS: false }), `${location.origin}/scripts/http/1.2.3`);
    assert.equal(loader.getRoot({ useTLS: true }), `${location.origin}/scripts/https/1.2.3`);
    assert.equal(loader.getPath('sockjs', { useTLS: true }), `${location.origin}/scripts/https/1.2.3/sockjs.min.js`);
  });

  it('loads one file once for all who want it at the same time', async () => {
    const loader = make();
    const load = () =>
      new Promise<unknown>((resolve) =>
        loader.load('present', {}, (error, done) => {
          done?.(true);
          resolve(error);
        }),
      );
    const before = countOf('/present');
    const all = [load(), load(), load()];
    assert.equal(countOf('/present'), before + 1);
    assert.isTrue(newest().async);
    assert.match(newest().id, /^_pusher_dependencies\d+$/);
    for (const error of await Promise.all(all)) assert.isNotOk(error);
  });

  it('a file that is missing is an error, and fetched anew next time', async () => {
    const loader = make();
    const load = () =>
      new Promise<unknown>((resolve) =>
        loader.load('missing', {}, (error, done) => {
          done?.(false);
          resolve(error);
        }),
      );
    for (let i = 0; i < 2; i++) {
      assert.include(String(await load()), `Error loading ${location.origin}/scripts/http/1.2.3/missing.min.js`);
      assert.equal(countOf('/missing'), 0);
    }
  });
});

describe('jsonp', () => {
  const sandbox = useSandbox();

  it('asks by a script tag and takes the answer from auth_callbacks', async () => {
    const pusher = await sandbox.connected({
      channelAuthorization: { transport: 'jsonp', endpoint: '/none/auth', params: { a: 'b c' } },
    });
    const added = nextScript();
    pusher.subscribe('private-a');
    const script = await added;
    const ended = new Promise((resolve) => script.addEventListener('error', resolve)); // nothing is there
    const match = /\/none\/auth\?callback=Pusher\.auth_callbacks%5B(?:'|%27)(\d+)(?:'|%27)%5D&socket_id=1\.2&channel_name=private-a&a=b%20c$/.exec(script.src);
    assert.isNotNull(match, script.src);
    const answer = Pusher.auth_callbacks[match?.[1] ?? ''] as (data: unknown) => void;
    answer({ auth: 'key:jsonp' });
    await sandbox.tick();
    assert.deepEqual(sandbox.socket.framesOf('pusher:subscribe')[0]?.data, { auth: 'key:jsonp', channel: 'private-a' });
    await ended;
    assert.equal(countOf('/none/auth'), 0, 'the script is taken away');
    assert.lengthOf(sandbox.requests, 0);
  });

  it('warns of headers, which a script cannot send', async () => {
    sandbox.collectLog();
    const pusher = await sandbox.connected({
      authTransport: 'jsonp',
      authEndpoint: '/none/auth',
      auth: { headers: { 'X-Token': 't' } },
    });
    pusher.subscribe('private-a');
    await sandbox.tick();
    assert.include(sandbox.lines.join('\n'), 'To send headers with the channel-authorization request, you must use AJAX');
  });
});
