// One cell of the table: a feature that is tried with one client. What rows do is done with this.
import assert from 'node:assert/strict';

const SUBSCRIBED = 'pusher:subscription_succeeded';

export class Cell {
  // `open` starts a client of the column; `application` is the part of it for this cell, `all` the whole.
  constructor(t, { id, open, application, all, port }) {
    Object.assign(this, { t, id, application, all, port });
    this.openClient = open;
    this.opened = [];
  }

  get sdk() {
    return this.application.sdk;
  }

  // Names of channels and users are the cell's own: all cells share one server.
  name = (text) => `${text}-${this.id}`;

  // A connected client for a user.
  async open(user = this.name('ann'), more = {}) {
    const { endpoint, userEndpoint } = this.application;
    const client = await this.openClient(this.t, {
      port: this.port, endpoint: endpoint(user), userEndpoint: userEndpoint(user), ...more,
    });
    this.opened.push(client);
    await client.sees({ place: 'connection', event: 'connected' });
    return client;
  }

  // Ends its clients, which must have nothing to complain about.
  async close() {
    for (const client of this.opened) await client.end();
  }

  // Subscribed; resolves with the channel's name.
  async subscribe(client, text) {
    const channel = this.name(text);
    const from = (await client.log()).length;
    await client.subscribe(channel);
    await client.sees({ place: 'channel', channel, event: SUBSCRIBED }, from);
    return channel;
  }

  // Signed in, as the client sees it.
  async signin(client) {
    await client.signin();
    await client.sees({ place: 'client', event: 'pusher:signin_success' });
  }

  // A marker published to a channel and seen there: all that came before it has come.
  async marked(client, channel) {
    const event = `mark-${++this.marks}`;
    await this.sdk.trigger(channel, event, {});
    await client.sees({ place: 'channel', channel, event });
  }
  marks = 0;

  // The names of events that the client has seen at a place (of a channel), in order.
  async events(client, place, channel) {
    return (await client.log())
      .filter((entry) => entry.place === place && (channel === undefined || entry.channel === channel))
      .map(({ event }) => event);
  }

  async publishes(client, channel, event = 'news') {
    const data = { event, text: 'ä "1"' };
    await this.sdk.trigger(channel, event, data);
    const seen = await client.sees({ place: 'channel', channel, event });
    assert.deepEqual(seen.data, data);
  }
}
