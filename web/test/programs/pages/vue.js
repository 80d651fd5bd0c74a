// A Vue 2 application with the plugin vue-pusher.
import Vue from 'vue';
import VuePusher from 'vue-pusher';

const { key, options } = window.settings;

Vue.use(VuePusher, { api_key: key, options: { ...options, authEndpoint: '/broadcasting/auth' } });

const app = new Vue({
  // Vue makes reactive what it is given, down to the client itself.
  data: { lines: [], members: [], room: null, client: null },
  created() {
    this.pusher.subscribe('private-log', (channel) => {
      channel.bind('pusher:subscription_succeeded', () => window.tell('subscribed', channel.name));
      channel.bind('line', ({ text }) => this.lines.push(text));
    });
    const room = this.$pusher.subscribe('presence-room');
    this.room = room;
    this.client = this.$pusher;
    const update = () => {
      this.members = [];
      this.room.members.each(({ id }) => this.members.push(id));
    };
    ['pusher:subscription_succeeded', 'pusher:member_added', 'pusher:member_removed']
      .forEach((event) => room.bind(event, update));
  },
  updated() {
    window.tell('shown', this.$el.textContent);
  },
  render(h) {
    return h('p', `${this.lines.join(', ')} | ${[...this.members].sort().join(', ')}`);
  },
}).$mount('#app');

window.program = {
  leave: () => void app.pusher.unsubscribe('presence-room'),
  channels: () => app.pusher.getChannels(),
};
