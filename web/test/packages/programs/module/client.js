// Prints what arrives, says goodbye, and has nothing left to do.
export function listen(Pusher, name = 'news') {
  const [port, ...enabledTransports] = process.argv.slice(2);
  const pusher = new Pusher('app-key', {
    wsHost: '127.0.0.1',
    wsPort: Number(port),
    httpHost: '127.0.0.1',
    httpPort: Number(port),
    forceTLS: false,
    authEndpoint: `http://127.0.0.1:${port}/pusher/auth`,
    enabledTransports,
  });
  pusher.connection.bind('error', (error) => console.log(`error ${JSON.stringify(error)}`));
  const channel = pusher.subscribe(name);
  channel.bind('pusher:subscription_succeeded', () => console.log('subscribed'));
  channel.bind('greeting', ({ text }) => {
    console.log(`received ${text} with ${Pusher.VERSION} on Node ${process.versions.node.split('.')[0]}`);
    pusher.disconnect();
  });
}
