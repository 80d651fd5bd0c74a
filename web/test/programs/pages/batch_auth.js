// pusher-js-auth from a script tag: its authorizer asks for all channels in one request.
(() => {
  const { key, options } = window.settings;
  const pusher = new window.Pusher(key, {
    ...options,
    authEndpoint: '/broadcasting/auth/batch',
    authorizer: window.PusherBatchAuthorizer,
  });
  const watch = (name) => {
    const channel = pusher.subscribe(name);
    channel.bind('pusher:subscription_succeeded', (data) =>
      window.tell('subscribed', { name, count: data?.count }));
    channel.bind('pusher:subscription_error', ({ type }) => window.tell('refused', { name, type }));
    channel.bind('event', (data) => window.tell('event', { name, data }));
  };

  window.program = {
    subscribe: (names) => names.forEach(watch),
    reconnect: () => {
      pusher.disconnect();
      pusher.connect();
    },
  };
})();
