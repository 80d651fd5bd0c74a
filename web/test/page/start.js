// Runs the suites in a page: loads the library as users do, then the suites, shows the results, and reports
// them to the site they came from. In the address: ?grep=TEXT runs some of them only.
(async function () {
  const config = globalThis.PusherConfig;
  const inOrder = (url) =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = url;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${url} cannot be loaded`));
      document.head.append(script);
    });
  // One after the other, so that the runner reads them in their order.
  let reported = Promise.resolve();
  const report = (event) => {
    reported = reported
      .then(() => fetch('/report', { method: 'POST', body: JSON.stringify(event) }))
      .catch(() => undefined); // by hand nobody may be listening any more
  };
  const textOf = (error) => (error && error.message !== undefined ? `${error.name}: ${error.message}` : String(error));

  try {
    mocha.setup({ ui: 'bdd', timeout: 20000, forbidOnly: Boolean(config.ci) });
    const grep = new URL(location.href).searchParams.get('grep') || config.grep;
    if (grep) mocha.grep(new RegExp(grep));
    await inOrder(config.library);
    globalThis.PusherSubject = globalThis.Pusher;
    globalThis.PusherTraits = {
      platform: 'page',
      wasm: !/nowasm/.test(config.library),
      encryption: /with-encryption/.test(config.library),
      file: new URL(config.library, location.href).href,
    };
    await inOrder('/suites.js');
  } catch (error) {
    report({ kind: 'broken', text: textOf(error) });
    document.getElementById('mocha').textContent = textOf(error);
    return;
  }

  const runner = mocha.run();
  report({ kind: 'start', agent: navigator.userAgent, tests: runner.total });
  runner.on('pass', (test) => report({ kind: 'pass', title: test.fullTitle(), ms: test.duration }));
  runner.on('pending', (test) => report({ kind: 'pending', title: test.fullTitle() }));
  runner.on('fail', (test, error) =>
    report({ kind: 'fail', title: test.fullTitle(), text: textOf(error), stack: String((error && error.stack) || '') }),
  );
  runner.on('end', () => report({ kind: 'end', ...runner.stats }));

  if (config.watch) {
    new EventSource('/changes').onmessage = () => location.reload();
  }
})();
