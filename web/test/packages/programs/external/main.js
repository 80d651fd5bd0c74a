// A page whose engine is in a file of its own: shows what arrives.
import Pusher from 'pusher-c/external';

await Pusher.load();

const pusher = new Pusher('app-key', {
  wsHost: '127.0.0.1',
  wsPort: Number(new URLSearchParams(location.search).get('port')),
  forceTLS: false,
  enabledTransports: ['ws'],
});
const channel = pusher.subscribe('news');
channel.bind('pusher:subscription_succeeded', () => {
  document.body.dataset.state = 'subscribed';
});
channel.bind('greeting', ({ text }) => {
  const item = document.createElement('li');
  item.textContent = `received ${text} with ${Pusher.VERSION} in a ${Pusher.Runtime.name}`;
  document.querySelector('#news').append(item);
});
