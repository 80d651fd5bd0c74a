// A server that answers as the service does, for generated scenarios: greetings, authorizations,
// confirmations, pongs. What it holds back it gives when it is told to.
import { secret } from './secrets.mjs';

const USER = '{"id":"u1","name":"U"}';

export class Service {
  generation = 1; // of the application's keys for encrypted channels

  #t;
  #random;
  #seen = 0;
  #asked = 0;
  #greeted = new Set();
  #held = undefined;

  constructor(t, random) {
    this.#t = t;
    this.#random = random;
  }

  hold() {
    this.#held ??= [];
  }

  async release() {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { socket, text } of held) {
      await this.#send(socket, text);
    }
  }

  // Answers all that has come, and what comes because of the answers.
  async answer() {
    const t = this.#t;
    for (;;) {
      const socket = t.socket;
      if (socket?.readyState === 0 && !this.#greeted.has(socket)) {
        this.#greeted.add(socket);
        await t.wait(this.#random.below(300));
        await t.network(() => t.server.greet(socket));
      } else if (this.#asked < t.requests.length) {
        await this.#authorize(t.requests[this.#asked++]);
      } else if (this.#seen < t.frames.length) {
        await this.#read(t.trace.of('frame')[this.#seen++].what);
      } else {
        return;
      }
    }
  }

  async #authorize(request) {
    const [, name] = /channel_name=([^&]*)/.exec(request.body) ?? [];
    const data = name === undefined ? { user_data: USER } : this.#dataFor(decodeURIComponent(name));
    if (this.#random.chance(0.15)) {
      await this.#t.network(() => request.respond(403, 'no'));
    } else {
      await this.#t.server.authorize(request, data);
    }
  }

  #dataFor(channel) {
    if (channel.startsWith('presence-')) {
      return { channel_data: '{"user_id":"amy","user_info":{"name":"Amy"}}' };
    }
    return channel.startsWith('private-encrypted-') ? { shared_secret: secret(this.generation) } : {};
  }

  async #read({ socket, text }) {
    const { event, data } = JSON.parse(text);
    if (event === 'pusher:ping') {
      await this.#send(socket, '{"event":"pusher:pong","data":{}}');
    } else if (event === 'pusher:signin') {
      await this.#send(socket, JSON.stringify({ event: 'pusher:signin_success', data: { user_data: USER } }));
    } else if (event === 'pusher:subscribe') {
      const { channel } = data;
      const roster = {
        presence: { count: 2, ids: ['amy', 'bob'], hash: { amy: { name: 'Amy' }, bob: null } },
      };
      const answer = JSON.stringify(channel.startsWith('presence-') ? roster : {});
      const message = JSON.stringify({
        event: 'pusher_internal:subscription_succeeded',
        channel,
        data: answer,
      });
      if (this.#held && channel === 'news') {
        this.#held.push({ socket, text: message });
      } else {
        await this.#send(socket, message);
      }
    }
  }

  async #send(socket, text) {
    await this.#t.network(() => this.#t.sockets[socket].deliver(text));
  }
}
