// Tells what arrives on an encrypted channel.
export function follow(Pusher, port, tell) {
  const pusher = new Pusher('app-key', {
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    authEndpoint: `http://127.0.0.1:${port}/pusher/auth`,
  });
  const channel = pusher.subscribe('private-encrypted-news');
  channel.bind('pusher:subscription_succeeded', () => tell('subscribed'));
  channel.bind('greeting', ({ text }) => tell(`received ${text} with ${Pusher.VERSION} in a ${Pusher.Runtime.name}`));
}
