// Loading the script does nothing to the page but give it one name.
import { assert } from 'chai';

import { withFrame } from '../support/frame';

describe('import', () => {
  it('leaves one name, no script tag and no request', async () => {
    await withFrame(async (frame) => {
      const before = new Set(Object.getOwnPropertyNames(frame.window));
      const scripts = frame.document.scripts.length;
      const requests = frame.window.performance.getEntriesByType('resource').length;
      await frame.loadLibrary();
      const names = Object.getOwnPropertyNames(frame.window).filter((name) => !before.has(name));
      assert.deepEqual(names, ['Pusher']);
      assert.equal(frame.document.scripts.length, scripts + 1);
      const asked = frame.window.performance.getEntriesByType('resource').slice(requests);
      assert.lengthOf(asked, 1, asked.map(({ name }) => name).join(' '));
    });
  });

  it('keeps a page\'s own Pusher findable: loading twice harms nobody', async () => {
    await withFrame(async (frame) => {
      const one = await frame.loadLibrary();
      const two = await frame.loadLibrary();
      assert.isFunction(one);
      assert.isFunction(two);
    });
  });
});
