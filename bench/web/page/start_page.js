// What it costs to have the library and a client, in a page that has done neither before. The texts are there
// already: loading them is not what is measured.
(async () => {
  const { subject } = await call({ ready: true });
  const text = await (await fetch(`/${subject}.js`)).text();
  const script = document.createElement('script');
  script.text = text;
  await call({ clock: 'start' });
  const begin = performance.now();
  document.head.append(script); // runs at once
  const imported = performance.now();
  const pusher = new globalThis.Pusher('app-key', {
    cluster: 'local', wsHost: '127.0.0.1', wsPort: 9, forceTLS: false, enabledTransports: ['ws'],
  });
  const made = performance.now();
  const cpu = await call({ clock: 'stop' });
  pusher.disconnect();
  await call({ imported: imported - begin, made: made - imported, cpu });
})();
