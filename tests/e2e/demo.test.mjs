// The demo, and the page in it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { BIN } from './lib/servers.mjs';
import { Program, run } from './lib/program.mjs';

const DEMO = fileURLToPath(new URL('../../scripts/demo.sh', import.meta.url));
const LINE = '      my-channel new-comment {"text":"hi"}';

test('it ends by itself, and shows the event at both ends', async () => {
  const { code, out, err } = await run(DEMO, [], { env: { PUSHER_BIN: BIN } });
  assert.equal(code, 0, err);
  const lines = out.split('\n');
  for (const title of ['   The native subscriber received:', '   The browser page shows:']) {
    assert.equal(lines[lines.indexOf(title) + 1], LINE, out);
  }
});

test('KEEP=1 stays, shows further events, and ends with Ctrl-C', async (t) => {
  const demo = new Program(DEMO, [], { env: { PUSHER_BIN: BIN, KEEP: '1' } });
  t.after(() => demo.stop('SIGKILL'));
  const [, port] = (await demo.line('out', /^The demo pages: /)).match(/:(\d+)\/demo\//);
  const trigger = await run(BIN, ['trigger', '--port', port, 'my-channel', 'new-comment', '{"text":"more"}']);
  assert.equal(trigger.code, 0);
  await demo.line('out', /^my-channel new-comment \{"text":"more"\}$/);
  assert.equal(await demo.stop('SIGINT'), 0);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

