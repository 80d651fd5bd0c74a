// Asks the program which case is next, measures it, and tells.
(async () => {
  const libraries = { 'pusher-c': globalThis.PusherC, 'pusher-js': globalThis.PusherJs };
  const clock = { start: () => call({ clock: 'start' }), stop: () => call({ clock: 'stop' }) };
  let task = await call({ ready: navigator.userAgent });
  while (task) {
    task = await call({ rates: await globalThis.benchFeed(libraries, task.settings, task.runs, clock) });
  }
})();
