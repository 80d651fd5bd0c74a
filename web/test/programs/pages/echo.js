// Laravel Echo from script tags: the globals `Pusher` and `Echo` are all that it needs.
(() => {
  const { key, options } = window.settings;
  const echo = new window.Echo.default({
    broadcaster: 'pusher',
    key,
    namespace: 'App.Events',
    ...options,
  });
  const seen = (what) => (value) => window.tell(what, value);

  echo.connector.onConnectionChange(seen('connection'));

  window.program = {
    open: () =>
      echo.channel('orders')
        .subscribed(() => window.tell('subscribed', 'orders'))
        .listen('OrderShipped', seen('OrderShipped'))
        .listen('.order.paid', seen('order.paid'))
        .listenToAll((event, data) => window.tell('all', [event, data])) && undefined,
    closed: (event) => void echo.channel('orders').stopListening(event),
    private: () =>
      void echo.private('chat')
        .subscribed(() => window.tell('subscribed', 'private-chat'))
        .error(seen('error'))
        .listen('MessagePosted', seen('MessagePosted'))
        .listenForWhisper('typing', seen('typing'))
        .notification(seen('notification')),
    refused: () => void echo.private('secret').error(seen('refused')),
    whisper: (channel, data) => void echo.private(channel).whisper('typing', data),
    join: () =>
      void echo.join('room')
        .here(seen('here'))
        .joining(seen('joining'))
        .leaving(seen('leaving'))
        .listenForWhisper('waving', seen('waving'))
        .listen('Announcement', seen('Announcement')),
    wave: (data) => void echo.join('room').whisper('waving', data),
    leave: (name) => void echo.leave(name),
    socketId: () => echo.socketId(),
    status: () => echo.connectionStatus(),
    disconnect: () => void echo.disconnect(),
  };
})();
