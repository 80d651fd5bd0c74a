// Who is in the presence channels, as the webhooks of each life of the server tell it. Each user comes once and
// leaves once: whoever is told twice is counted as wrong.
import http from 'node:http';
import { once } from 'node:events';

export class Rooms {
  constructor() {
    this.lives = new Map(); // number of the life -> { members: Set of "ROOM USER", last: body }
    this.wrong = [];
  }

  async listen() {
    this.server = http.createServer((request, response) => {
      const pieces = [];
      request.on('data', (piece) => pieces.push(piece)).on('end', () => {
        this.take(Number(request.url.split('/').pop()), Buffer.concat(pieces).toString());
        response.writeHead(200).end();
      }).on('error', () => {});
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
  }

  url(life) {
    return `http://127.0.0.1:${this.port}/life/${life}`;
  }

  of(life) {
    if (!this.lives.has(life)) this.lives.set(life, { members: new Set(), last: '' });
    return this.lives.get(life);
  }

  // A request that is sent again, for its answer was lost, is the same to the byte.
  take(life, body) {
    const of = this.of(life);
    if (body === of.last) return;
    of.last = body;
    for (const { name, channel, user_id: user } of JSON.parse(body).events) {
      const who = `${channel} ${user}`;
      const isNew = name === 'member_added';
      if (of.members.has(who) === isNew) this.wrong.push(`life ${life}: ${name} of ${who} came twice`);
      if (isNew) of.members.add(who);
      else of.members.delete(who);
    }
  }

  size(life) {
    return this.of(life).members.size;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
