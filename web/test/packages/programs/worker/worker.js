import Pusher from 'pusher-c/worker';

self.onmessage = ({ data: wsPort }) => {
  const pusher = new Pusher('app-key', {
    wsHost: '127.0.0.1',
    wsPort,
    forceTLS: false,
    enabledTransports: ['ws'],
  });
  const channel = pusher.subscribe('news');
  channel.bind('pusher:subscription_succeeded', () => self.postMessage('subscribed'));
  channel.bind('greeting', ({ text }) =>
    self.postMessage(`received ${text} with ${Pusher.VERSION} in a ${Pusher.Runtime.name}`));
};
