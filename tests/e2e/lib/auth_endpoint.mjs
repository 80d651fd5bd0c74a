// An application's authorization endpoint, with the unmodified `pusher` SDK behind it.
import { createServer } from 'node:http';
import { once } from 'node:events';
import Pusher from 'pusher';

import { APP } from './servers.mjs';

// Starts it; ends with the test. `user` is who everybody is in presence channels. Every request's form
// and headers are kept in `requests`; `answer(form)`, where given, replaces the answer with [status, body].
export async function authEndpoint(t, { user = { user_id: 'ann', user_info: { name: 'Ann' } }, answer } = {}) {
  const sdk = new Pusher({ ...APP, cluster: 'none' });
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = Object.fromEntries(new URLSearchParams(body));
    requests.push({ form, headers: request.headers });
    const authorize = (name) => sdk.authorizeChannel(form.socket_id, name, name.startsWith('presence-') ? user : undefined);
    // Many channels are channel_name[0], channel_name[1] and so on.
    const batch = Object.entries(form).filter(([field]) => field.startsWith('channel_name[')).map(([, name]) => name);
    const authorized = () =>
      batch.length
        ? Object.fromEntries(batch.map((name) => [name, { status: 200, data: authorize(name) }]))
        : authorize(form.channel_name);
    const [status, text] = answer?.(form) ?? [200, JSON.stringify(authorized())];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/auth`, requests };
}
