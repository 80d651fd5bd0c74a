// Everything that plays along: the server, the crowds of clients, the publisher, the receiver of webhooks.
import { mkdirSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { Authority } from '../../e2e/lib/certificates.mjs';
import { APP } from '../../e2e/lib/servers.mjs';
import { Crowd, Server, lowPort, sleep } from './programs.mjs';
import { Publisher } from './publisher.mjs';
import { Rooms } from './rooms.mjs';

const ROOM_SIZE = 25;
const KINDS_OF_FEEDS = ['', '', 'private-', 'cache-', 'private-encrypted-'];
// Short enough that a soak of minutes goes through them.
const ACTIVITY_TIMEOUT_S = 15;
const PONG_TIMEOUT_S = 10;
const THERE_MS = 120_000; // the pauses of clients grow up to 30 s, and a busy machine is slow

const sum = (values) => values.reduce((a, b) => a + b, 0);

export class World {
  constructor({ options, bin, crowdBin, folder, disk, random }) {
    Object.assign(this, { options, bin, crowdBin, folder, disk, random });
    this.total = options.clients;
    this.roomCount = Math.max(1, Math.round(this.total / ROOM_SIZE));
    this.feeds = Array.from({ length: options.feeds },
      (_, i) => `${KINDS_OF_FEEDS[i % KINDS_OF_FEEDS.length]}feed-${i}`);
    this.rooms = new Rooms();
    this.wrong = []; // broken promises that clients have told of
    this.passed = { connects: 0, events: 0 }; // of crowds that are gone
    this.crowds = [];
    this.least = 0; // connections that there must have been before all can be there again
  }

  async begin() {
    await this.rooms.listen();
    const ends = [];
    this.authority = new Authority({ after: (end) => ends.push(end) });
    process.on('exit', () => ends.forEach((end) => end()));
    this.authority.issue('server');
    this.port = await lowPort(this.random);
    this.tlsPort = await lowPort(this.random);
    const place = this.disk?.folder ?? this.folder;
    for (const name of ['state', 'cache']) mkdirSync(join(place, name), { recursive: true, mode: 0o700 });
    this.place = place;
    this.server = new Server({ command: this.bin, logs: place, state: join(place, 'state'),
      config: (life) => this.writeConfig(life) });
    await this.server.start();
    this.crowdCount = 0;
    for (let i = 0; i < this.options.crowds; i++) this.crowds.push(this.makeCrowd(i));
    this.publisher = new Publisher({ port: this.port, feeds: this.feeds, rate: this.options.rate });
  }

  // Outside of the disk: a server can't start without it.
  writeConfig(life) {
    const file = join(this.folder, 'config.json');
    writeFileSync(file, JSON.stringify({
      listen: [`127.0.0.1:${this.port}`],
      tls_listen: [`127.0.0.1:${this.tlsPort}`],
      tls_cert: join(this.authority.folder, 'server.pem'),
      tls_key: join(this.authority.folder, 'server.key'),
      dev_auth: true,
      activity_timeout: ACTIVITY_TIMEOUT_S,
      pong_timeout: PONG_TIMEOUT_S,
      max_backlog: 262_144,
      idle_timeout_ms: 8000, // clients rely on 5 s, and may be late
      webhook_grace_ms: 500,
      webhook_max_events: 100_000,
      apps: [{ id: APP.appId, key: APP.key, secret: APP.secret, webhooks: [
        { url: this.rooms.url(life), batching: true, event_types: ['member_added', 'member_removed'] },
      ] }],
    }));
    return file;
  }

  async startServer() {
    this.server.keepLog(this.folder);
    await this.server.start();
  }

  makeCrowd(index) {
    const { crowds } = this.options;
    const first = Math.floor((index * this.total) / crowds);
    const size = Math.floor(((index + 1) * this.total) / crowds) - first;
    const name = `clients-${++this.crowdCount}`;
    const crowd = new Crowd({
      command: this.crowdBin, name, log: join(this.folder, `${name}.log`),
      wrong: (told) => this.hear(told),
      args: [`port=${this.port}`, `tls_port=${this.tlsPort}`, `ca_file=${this.authority.file}`,
        `cache_dir=${join(this.place, 'cache')}`, `first=${first}`, `clients=${size}`, `total=${this.total}`,
        `rooms=${this.roomCount}`, ...this.feeds.map((feed) => `feed=${feed}`)],
    });
    return Object.assign(crowd, { index, size });
  }

  // A crowd is killed, and its members come back in another process.
  async replaceCrowd(crowd) {
    await crowd.look();
    await crowd.kill();
    for (const name of Object.keys(this.passed)) this.passed[name] += crowd.status[name];
    this.crowds[this.crowds.indexOf(crowd)] = this.makeCrowd(crowd.index);
  }

  hear(told) {
    this.wrong.push(told);
    appendFileSync(join(this.folder, 'wrong.jsonl'), `${JSON.stringify(told)}\n`);
  }

  // What was heard since the last time, as one sentence; empty: nothing.
  takeWrong() {
    const [first, ...more] = this.wrong.splice(0);
    return first ? `${JSON.stringify(first)} and ${more.length} more` : '';
  }

  look() {
    this.server.process.mustLive();
    return Promise.all(this.crowds.map((crowd) => crowd.look()));
  }

  count(name) {
    return sum(this.crowds.map((crowd) => crowd.status[name])) + (this.passed[name] ?? 0);
  }

  connects() {
    return this.count('connects');
  }

  transports() {
    const counts = {};
    for (const { status } of this.crowds)
      for (const [name, count] of Object.entries(status.transports)) counts[name] = (counts[name] ?? 0) + count;
    return counts;
  }

  usersOf(room) {
    const users = [];
    for (let i = room; i < this.total; i += this.roomCount) users.push(`u${i}`);
    return users;
  }

  // Waits until all clients have all of their subscriptions; gives what is wrong in the end.
  async allThere(patience = THERE_MS) {
    const deadline = Date.now() + patience;
    for (;;) {
      await this.look();
      if (this.count('there') === this.total && this.connects() >= this.least) return '';
      if (Date.now() > deadline) break;
      await sleep(100);
    }
    const answers = await Promise.all(this.crowds.map((crowd) => crowd.ask('away')));
    const first = answers.find((answer) => answer.count > 0)?.first;
    return `${this.total - this.count('there')} are not after ${patience / 1000} s: ${first}`;
  }

  // Numbers at rest, by which cycles are compared.
  async measure() {
    const heaps = await Promise.all(this.crowds.map((crowd) => crowd.ask('rest')));
    return {
      life: this.server.life,
      server: this.server.process.memory(),
      descriptors: this.server.process.descriptors(),
      crowds: this.crowds.map(({ name, process }, i) => ({ name, memory: process.memory(), heap: heaps[i].count,
        descriptors: process.descriptors() })),
    };
  }

  // Everything ends as it should; gives [what, problem].
  async end() {
    const checks = [];
    await this.publisher.stop();
    for (const crowd of this.crowds) {
      const code = await crowd.finish();
      checks.push([`${crowd.name} end with 0`, code === 0 ? '' : `with ${code}`]);
    }
    const code = await this.server.stop('SIGTERM');
    checks.push(['the server ends with 0', code === 0 ? '' : `with ${code}`]);
    this.server.keepLog(this.folder);
    this.rooms.close();
    return checks;
  }
}
