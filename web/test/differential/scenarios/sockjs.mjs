// The transport sockjs, whose file comes through a script tag (statements 16, 104).
import { scenario } from '../scenario.mjs';

const SOCKJS = { cluster: 'eu', enabledTransports: ['sockjs'] };

// What the file makes of the page: a constructor whose objects act like sockets.
function provide(t) {
  const { WebSocket } = t.page.window;
  t.page.window.SockJS = class extends WebSocket {
    constructor(url, nothing, options) {
      super(url);
      t.trace.add('socket', { sockjs: url, nothing, options });
    }
  };
}

export default [
  scenario([16], 'sockjs', async (t) => {
    await t.create('KEY', { ...SOCKJS, httpPath: '/y' });
    t.fact('one script', t.page.scripts.length === 1 && /\/sockjs(\.min)?\.js$/.test(t.script.src));
    provide(t);
    await t.network(() => t.script.fire(t.page.run, 'load'));
    const id = t.script.id.replace('_pusher_dependencies', '');
    await t.network(() => t.page.run(() => t.page.evaluate(`Pusher.DependenciesReceivers[${id}]()`)));
    t.fact('base URL', t.opened[0] === 'https://sockjs-eu.pusher.com:443/y');
    await t.network(() => t.socket.open());
    t.fact('the path comes first', t.frames[0].startsWith('{"path":"/app/KEY?protocol=7&client=js&version='));
    await t.raw(t.server.handshake());
    t.fact('connected', t.client.connection.state === 'connected');
    await t.subscribe('news');
    await t.wait(60000);
    await t.drop(1006);
    await t.wait(1000);
    t.fact('no script now', t.page.scripts.length === 1 && t.sockets.length === 2);
    await t.network(() => t.socket.open());
    await t.raw(t.server.handshake());
    t.step('idle');
    const frames = t.frames.length;
    await t.wait(200000);
    t.fact('never pinged', t.frames.length === frames);
    t.instead('pinged', t.frames.length > frames);
  }),

  scenario([104], 'the file of sockjs for two clients', async (t) => {
    await t.create('KEY', SOCKJS);
    await t.create('KEY', SOCKJS);
    t.fact('one script', t.page.scripts.length === 1);
    t.step('it fails');
    await t.network(() => t.script.break());
    await t.wait(15000);
    t.fact('tried again', t.page.scripts.length === 2);
    t.instead('tried again', t.page.scripts.length === 2);
  }),
];
