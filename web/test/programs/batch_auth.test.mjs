// pusher-js-auth, unmodified, in a version for either era: 3 calls back as clients up to 6 had it, 4 as
// clients since 7 have it. They hook in by the option `authorizer` and use Pusher.Runtime.
import test from 'node:test';
import assert from 'node:assert/strict';

import { browser } from '../../../tests/e2e/lib/browser.mjs';
import { wholeFile } from '../../../tests/e2e/lib/program.mjs';
import { serve } from '../../../tests/e2e/lib/servers.mjs';
import { webApplication } from './lib/application.mjs';
import { nodeModule, script } from './lib/bundle.mjs';
import { BUNDLE, SUBJECT } from './lib/subject.mjs';
import { visit } from './lib/visitor.mjs';

const chromium = await browser(wholeFile());
const CHANNELS = ['private-one', 'presence-two', 'private-secret', 'private-three'];

for (const version of ['pusher-js-auth-3', 'pusher-js-auth']) {
  test(`${version}: many channels, one request, on ${SUBJECT}`, async (t) => {
    const { port } = await serve(t);
    const app = await webApplication(t, port, [
      BUNDLE,
      nodeModule(`${version}/lib/pusher-auth.js`),
      script('batch_auth.js'),
    ]);
    const ann = await visit(t, chromium, app, { port, user: 'ann' });
    const subscribed = async () => {
      const names = ['private-one', 'presence-two', 'private-three'];
      const told = [];
      while (told.length < names.length) told.push(await ann.next('subscribed'));
      assert.deepEqual(told.map(({ name }) => name).sort(), [...names].sort());
      assert.equal(told.find(({ name }) => name === 'presence-two').count, 1);
      assert.deepEqual(await ann.next('refused'), { name: 'private-secret', type: 'AuthError' });
    };

    await ann.call('subscribe', CHANNELS);
    await subscribed();
    assert.equal(app.requests.length, 1);
    const { form, headers } = app.requests[0];
    CHANNELS.forEach((name, index) => assert.equal(form[`channel_name[${index}]`], name));
    assert.equal(headers['x-user'], 'ann');
    for (const name of ['private-one', 'presence-two']) {
      await app.trigger(name, 'event', { for: name });
      assert.deepEqual(await ann.next('event'), { name, data: { for: name } });
    }

    await ann.call('reconnect'); // another socket id, another request
    await subscribed();
    assert.equal(app.requests.length, 2);
    assert.notEqual(app.requests[1].form.socket_id, form.socket_id);
    assert.deepEqual(ann.left('uncaught'), []);
  });
}
