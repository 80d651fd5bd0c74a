// The service's part of a dialogue, where a scenario is not about it: greetings, confirmed
// subscriptions, authorizations. Nothing is answered by itself unless a scenario asks for it.
export const GREETING = { id: '123.456', timeout: 120 };

export class Server {
  #tester;
  #greeted = 0;

  constructor(tester) {
    this.#tester = tester;
  }

  handshake({ id = `${GREETING.id}${this.#greeted || ''}`, timeout = GREETING.timeout } = {}) {
    const data = JSON.stringify({ socket_id: id, activity_timeout: timeout });
    return JSON.stringify({ event: 'pusher:connection_established', data });
  }

  greet(socket, handshake) {
    socket.open();
    socket.deliver(this.handshake(handshake));
    this.#greeted += 1;
  }

  // An answer of an authorization endpoint to the last request.
  authorize(request = this.#tester.request, more = {}) {
    return this.#tester.network(() =>
      request.respond(200, JSON.stringify({ auth: 'KEY:signature', ...more })),
    );
  }

  // A member's data, as an endpoint sends it.
  static member(id, info) {
    return JSON.stringify({ user_id: id, ...(info && { user_info: info }) });
  }

  static presence(hash) {
    const ids = Object.keys(hash);
    return { presence: { count: ids.length, ids, hash } };
  }
}
