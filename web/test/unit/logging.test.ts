// Where log lines go, and what they look like.
import { assert } from 'chai';

import { recorder } from '../support/calls';
import type { Recorder } from '../support/calls';
import { useSandbox } from '../support/sandbox';
import { Pusher } from '../support/subject';

const LEVELS = ['log', 'warn', 'error'] as const;

describe('logging', () => {
  const sandbox = useSandbox();
  let printed: Record<(typeof LEVELS)[number], Recorder>;
  const kept: Partial<Record<string, unknown>> = {};

  beforeEach(() => {
    printed = { log: recorder(), warn: recorder(), error: recorder() };
    for (const level of LEVELS) {
      kept[level] = console[level];
      console[level] = printed[level];
    }
  });
  afterEach(() => {
    Object.assign(console, kept);
  });

  const linesOf = (level: (typeof LEVELS)[number]) => printed[level].calls.map((args) => args.join(' '));

  it('nothing is printed by default, not even errors', async () => {
    const pusher = await sandbox.connected();
    pusher.subscribe('private-a');
    await sandbox.tick();
    sandbox.request.respond(403);
    sandbox.socket.raw('no json');
    sandbox.socket.end(4001, 'no such app');
    await sandbox.tick();
    for (const level of LEVELS) assert.deepEqual(linesOf(level), []);
  });

  it('Pusher.log gets every line, and nothing is printed', async () => {
    sandbox.collectLog();
    Pusher.logToConsole = true;
    const pusher = await sandbox.connected();
    pusher.subscribe('news');
    await sandbox.tick();
    sandbox.socket.end(4100, 'busy');
    await sandbox.tick();
    assert.include(sandbox.lines, 'Pusher :  : ["State changed","connecting -> connected with new socket ID 1.2"]');
    assert.isTrue(sandbox.lines.some((line) => line.includes('"Event sent"')));
    assert.isTrue(sandbox.lines.some((line) => line.includes('busy')));
    assert.isTrue(sandbox.lines.every((line) => line.startsWith('Pusher : ')));
    for (const level of LEVELS) assert.deepEqual(linesOf(level), []);
  });

  it('logToConsole prints, warnings as warnings and errors as errors', async () => {
    Pusher.logToConsole = true;
    const pusher = await sandbox.connected();
    pusher.subscribe('private-a');
    await sandbox.tick();
    sandbox.request.respond(403);
    await sandbox.tick();
    sandbox.socket.end(4100, 'busy');
    await sandbox.tick();
    assert.include(linesOf('log').join('\n'), 'State changed');
    assert.include(linesOf('warn').join('\n'), 'busy');
    assert.include(linesOf('error').join('\n'), '403');
  });

  it('can be switched on and off while a client lives', async () => {
    const pusher = await sandbox.connected();
    assert.isEmpty(sandbox.lines);
    sandbox.collectLog();
    pusher.subscribe('one');
    await sandbox.tick();
    assert.isNotEmpty(sandbox.lines);
    const before = sandbox.lines.length;
    Pusher.log = undefined;
    pusher.subscribe('two');
    await sandbox.tick();
    assert.lengthOf(sandbox.lines, before);
  });

  // what happens, the line
  const LINES: [string, string][] = [
    ['an event that nobody has bound', 'Pusher :  : ["No callbacks on news for e"]'],
    ['an event that comes', 'Pusher :  : ["Event recd",{"event":"e","channel":"news","data":{"n":1}}]'],
    ['a state', 'Pusher :  : ["State changed","connected -> disconnected"]'],
  ];
  for (const [what, line] of LINES) {
    it(`${what}: ${line}`, async () => {
      sandbox.collectLog();
      const pusher = await sandbox.connected();
      await sandbox.subscribed(pusher, 'news');
      sandbox.socket.receive('e', { n: 1 }, 'news');
      pusher.disconnect();
      await sandbox.tick();
      assert.include(sandbox.lines, line);
    });
  }

  it('a logger that throws harms nothing', async () => {
    const pusher = sandbox.pusher();
    Pusher.log = () => {
      throw new Error('broken logger');
    };
    try {
      await sandbox.establish();
    } catch (error) {
      assert.include(String(error), 'broken logger');
    }
    Pusher.log = undefined;
    assert.equal(pusher.connection.state, 'connected');
  });
});
