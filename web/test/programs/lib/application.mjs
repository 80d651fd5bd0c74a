// A web application as these programs expect one: pages, and authorization with the unmodified `pusher`
// SDK, on one origin. Who a visitor is, is said by the header X-User that the programs are told to send.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { application } from '../../../../tests/e2e/lib/application.mjs';

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };
const SCRIPT = { 'Content-Type': 'text/javascript; charset=utf-8' };

const page = (scripts) => `<!doctype html><title>program</title><div id="app"></div>
${scripts.map((_, number) => `<script src="/scripts/${number}.js"></script>`).join('\n')}`;

// Nobody may enter a channel with "secret" in its name.
function authorize(sdk, socketId, channel, user) {
  if (channel.includes('secret')) return { status: 403 };
  const member = channel.startsWith('presence-')
    ? { user_id: user, user_info: { id: user, name: `The ${user}` } }
    : undefined;
  return { status: 200, data: sdk.authorizeChannel(socketId, channel, member) };
}

// What the endpoints answer to a form: [status, body].
const ENDPOINTS = {
  '/broadcasting/auth': (sdk, form, user) => {
    const { status, data } = authorize(sdk, form.get('socket_id'), form.get('channel_name'), user);
    return [status, data ?? { message: 'Forbidden' }];
  },
  // The layout of pusher-js-auth: channel_name[0], channel_name[1], ... and an answer for each.
  '/broadcasting/auth/batch': (sdk, form, user) => {
    const names = [...form].filter(([key]) => key.startsWith('channel_name[')).map(([, name]) => name);
    return [
      200,
      Object.fromEntries(names.map((name) => [name, authorize(sdk, form.get('socket_id'), name, user)])),
    ];
  },
};

// Starts it; ends with the test. Its page has the scripts (paths, or { text }) in their order. Each request
// for authorization is kept in `requests`: { path, form, headers }.
export async function webApplication(t, port, scripts) {
  const sdk = application(port);
  const requests = [];
  const texts = scripts.map((script) => script.text ?? readFileSync(script, 'utf8'));
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://application');
    const endpoint = ENDPOINTS[pathname];
    if (!endpoint) {
      const script = /^\/scripts\/(\d+)\.js$/.exec(pathname);
      if (script) return response.writeHead(200, SCRIPT).end(texts[script[1]]);
      return response.writeHead(pathname === '/' ? 200 : 404, HTML).end(page(scripts));
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    requests.push({ path: pathname, form: Object.fromEntries(form), headers: request.headers });
    const [status, answer] = endpoint(sdk, form, request.headers['x-user'] ?? 'nobody');
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, requests, trigger: sdk.trigger.bind(sdk) };
}
