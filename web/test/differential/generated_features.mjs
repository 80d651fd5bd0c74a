// Generated scenarios (generated.mjs) with what the files with encryption can do, too: encrypted channels whose keys
// change, a user who signs in, his events and his watchlist, cache channels.
import { Play, steps, WEIGHTS } from './generated.mjs';
import { scenario } from './scenario.mjs';
import { sealed } from './secrets.mjs';
import { value } from './values.mjs';

const ENCRYPTED = ['private-encrypted-a', 'private-encrypted-cache-b'];
const CHANNELS = ['news', 'private-a', 'presence-a', 'cache-c', ...ENCRYPTED];
const EVENTS = ['x', 'y', 'pusher:odd'];

class FeaturePlay extends Play {
  #sealed = 0;
  #signedIn = false;

  get channels() {
    return CHANNELS;
  }

  target() {
    const { client, random } = this;
    return random.chance(0.3) ? random.pick([client.user, client.user.watchlist]) : super.target();
  }

  async signin() {
    const { user } = this.client;
    if (!this.#signedIn) {
      [user, user.watchlist].forEach((target) => this.t.bindGlobal(target));
    }
    this.#signedIn = true;
    await this.t.call('signin', () => this.client.signin());
  }

  async userData() {
    await this.t.call('user_data', () => this.client.user.user_data);
  }

  async userEvent() {
    const { t, random } = this;
    await t.message(random.pick(EVENTS), value(random), `#server-to-user-${random.pick(['u1', 'u1', 'u2'])}`);
  }

  async watchlist() {
    const { t, random } = this;
    const events = Array.from({ length: random.below(3) }, () => ({
      name: random.pick(['online', 'offline', 'x']),
      user_ids: random.pick([['amy'], ['amy', 'bob'], []]),
    }));
    await t.message('pusher_internal:watchlist_events', { events });
  }

  async miss() {
    await this.t.message('pusher:cache_miss', {}, this.random.pick(CHANNELS));
  }

  // Before it is subscribed, or after its key was lost with a connection, it is told on another page what happens.
  async seal() {
    const { t, random, client } = this;
    const name = random.pick(ENCRYPTED);
    const text = JSON.stringify(value(random)) ?? 'no JSON';
    const generation = random.chance(0.1) ? this.service.generation + 1 : this.service.generation;
    this.#sealed += 1;
    if (client.channel(name)?.subscribed) {
      await t.message(random.pick(EVENTS), sealed(text, { generation, number: this.#sealed }), name);
    }
  }

  async newKeys() {
    this.service.generation += 1;
  }
}

const MORE = { seal: 10, newKeys: 1, signin: 2, userData: 1, userEvent: 4, watchlist: 2, miss: 2, subscribe: 8 };

const SEEDS = Array.from({ length: 16 }, (_, index) => index + 101);

export default SEEDS.map((seed) =>
  scenario(
    [],
    `generated: users and encrypted channels, seed ${seed}`,
    { random: seed, encryption: true },
    steps(FeaturePlay, { ...WEIGHTS, ...MORE }, seed, 150),
  ),
);
