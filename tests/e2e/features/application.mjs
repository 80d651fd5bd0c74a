// The application of the table's cells: a server that authorizes with the unmodified `pusher` SDK, publishes
// through it, and hears webhooks. Each cell has a part of it, at a path of its own.
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import Pusher from 'pusher';

import { APP } from '../lib/servers.mjs';
import { soon } from '../lib/program.mjs';

const JSON_TYPE = { 'Content-Type': 'application/json' };

class Cell {
  // `base` is its URL; `port` the server's.
  constructor(base, port) {
    this.base = base;
    this.port = port;
    this.requests = []; // for authorization: { kind, user, form, headers }
    this.refusal = undefined; // [status, text]: what is answered instead of an authorization
    this.withoutSecret = false; // encrypted channels are authorized without their key
    this.asUser = false; // presence channels are entered as the user who is signed in
    this.watchlist = undefined; // of those who sign in from now on
    this.use(APP);
  }

  // Another app of the server, or another master key for encrypted channels.
  use(app, generation = 1) {
    this.app = app;
    const encryptionMasterKeyBase64 = createHash('sha256').update(`${app.key} ${generation}`).digest('base64');
    this.sdk = new Pusher({
      ...app, host: '127.0.0.1', port: String(this.port), useTLS: false, encryptionMasterKeyBase64,
    });
  }

  endpoint = (user) => `${this.base}/${user}/channel`;
  userEndpoint = (user) => `${this.base}/${user}/user`;

  authorize(user, socketId, channel) {
    const member = channel.startsWith('presence-') && !this.asUser
      ? { user_id: user, user_info: { name: `The ${user}` } }
      : undefined;
    const { shared_secret, ...answer } = this.sdk.authorizeChannel(socketId, channel, member);
    return shared_secret && !this.withoutSecret ? { ...answer, shared_secret } : answer;
  }

  authenticate(user, socketId) {
    const data = { id: user, user_info: { name: `The ${user}` } };
    if (this.watchlist) data.watchlist = this.watchlist;
    return this.sdk.authenticateUser(socketId, data);
  }

  // [status, text]
  answer(kind, user, form) {
    if (this.refusal) return this.refusal;
    const names = Object.entries(form).filter(([name]) => /^channel_name\[\d+\]$/.test(name));
    if (kind === 'user') return [200, JSON.stringify(this.authenticate(user, form.socket_id))];
    if (names.length === 0) return [200, JSON.stringify(this.authorize(user, form.socket_id, form.channel_name))];
    const answers = names.map(([, name]) => [name, { status: 200, data: this.authorize(user, form.socket_id, name) }]);
    return [200, JSON.stringify(Object.fromEntries(answers))];
  }
}

export class Application {
  // Starts it; ends with the test.
  static async start(t) {
    const application = new Application();
    application.server = createServer((request, response) => application.serve(request, response));
    application.server.listen(0, '127.0.0.1');
    await once(application.server, 'listening');
    application.site = `http://127.0.0.1:${application.server.address().port}/`;
    t.after(() => {
      application.server.closeAllConnections();
      application.server.close();
    });
    return application;
  }

  cells = new Map();
  hooks = []; // the events of all webhooks that the SDK found valid
  bad = []; // the others
  waiting = new Set();

  cell(id, port) {
    const cell = new Cell(`${this.site}${id}`, port);
    this.cells.set(id, cell);
    return cell;
  }

  async serve(request, response) {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, id, user, kind] = new URL(request.url, this.site).pathname.split('/');
    if (id === 'webhooks') return this.hear(request, body, response);
    const cell = this.cells.get(id);
    if (!cell) return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>cells</title>');
    const form = Object.fromEntries(new URLSearchParams(body));
    cell.requests.push({ kind, user, form, headers: request.headers });
    const [status, text] = cell.answer(kind, user, form);
    return response.writeHead(status, JSON_TYPE).end(text);
  }

  get hookUrl() {
    return `${this.site}webhooks`;
  }

  hear(request, rawBody, response) {
    const hook = new Pusher({ ...APP, host: '127.0.0.1' }).webhook({ headers: request.headers, rawBody });
    if (hook.isValid()) this.hooks.push(...hook.getEvents());
    else this.bad.push({ headers: request.headers, rawBody });
    for (const look of this.waiting) look();
    response.writeHead(200).end();
  }

  // Resolves with the first event of a webhook that has all these values.
  webhook(values) {
    return soon(new Promise((resolve) => {
      const isIt = (event) => Object.keys(values).every((name) => event[name] === values[name]);
      const look = () => {
        const found = this.hooks.find(isIt);
        if (!found) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    }), `the webhook ${JSON.stringify(values)}`);
  }
}
