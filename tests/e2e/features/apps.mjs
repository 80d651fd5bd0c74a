// The server of the table: two apps on it, with all features on.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { APP, serve } from '../lib/servers.mjs';
import { folder } from '../lib/software.mjs';

export { APP };
export const OTHER_APP = { appId: 'other-id', key: 'other-key', secret: 'other-secret' };

const settings = ({ appId, key, secret }) => ({ id: appId, key, secret, subscription_count: true });

// Ready; ends with the test. Webhooks of the first app go to `hookUrl`.
export async function startServer(t, hookUrl) {
  const file = join(folder(t), 'config.json');
  writeFileSync(file, JSON.stringify({ apps: [{ ...settings(APP), webhooks: [{ url: hookUrl }] }, settings(OTHER_APP)] }));
  return serve(t, ['--config', file]);
}
