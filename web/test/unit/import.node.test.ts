// Importing the library does nothing: no timer, no socket, no look at the page, whatever the platform.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { assert } from 'chai';

import { traits } from '../support/subject';

const run = promisify(execFile);

async function evaluate(code: string, args: string[] = []): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [...args, '-e', code], { timeout: 15_000 });
  assert.equal(stderr, '');
  return stdout.trim();
}

describe('import', () => {
  const file = JSON.stringify(traits.file);

  it('a program that only imports it ends by itself', async () => {
    assert.equal(await evaluate(`const P = require(${file}); console.log(typeof P, P.instances.length)`), 'function 0');
  });

  it('starts no timer, connection or request', async () => {
    const code = `
      const seen = [];
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WebSocket', 'queueMicrotask']) {
        const kept = globalThis[name];
        globalThis[name] = new Proxy(kept ?? function () {}, {
          apply: (f, self, args) => (seen.push(name), Reflect.apply(f, self, args)),
          construct: (f, args) => (seen.push(name), Reflect.construct(f, args)),
        });
      }
      require(${file});
      console.log(JSON.stringify(seen), process.getActiveResourcesInfo().filter((r) => !/TTY|Pipe|FS/.test(r)).length);`;
    assert.equal(await evaluate(code), '[] 0');
  });

  it('adds no global', async () => {
    const code = `const before = Object.getOwnPropertyNames(globalThis); require(${file});
      console.log(JSON.stringify(Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name))))`;
    assert.equal(await evaluate(code), '[]');
  });

  it('works where neither window nor document nor WebAssembly exists', async () => {
    const code = `delete globalThis.WebAssembly; delete globalThis.navigator; console.log(typeof require(${file}))`;
    assert.equal(await evaluate(code), 'function');
  });

  if (traits.wasm) {
    it('without WebAssembly the first client says what to do', async () => {
      const code = `delete globalThis.WebAssembly; const P = require(${file});
        try { new P('key', { cluster: 'mt1' }); } catch (error) { console.log(error.message); }`;
      const sentence = await evaluate(code);
      assert.include(sentence, 'pusher.nowasm.js');
      assert.include(sentence, 'wasm-unsafe-eval');
    });
  }

  it('a program with a disconnected client ends by itself', async () => {
    const code = `const P = require(${file}); new P('key', { wsHost: '127.0.0.1', wsPort: 1, cluster: 'x' }).disconnect();`;
    assert.equal(await evaluate(code), '');
  });
});
