// Loads the library, then what keeps it busy.
for (const url of [globalThis.PusherConfig.library, '/suites.js']) {
  const script = document.createElement('script');
  script.src = url;
  script.async = false; // in this order
  script.onload = () => {
    if (url === '/suites.js') return;
    globalThis.PusherSubject = globalThis.Pusher;
    globalThis.PusherTraits = { platform: 'page', wasm: !/nowasm/.test(url), file: new URL(url, location.href).href };
  };
  document.head.append(script);
}
