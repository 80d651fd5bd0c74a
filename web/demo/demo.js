// What the demo pages share: the connection and its state in the header, publishing, and small helpers.
'use strict';

const demo = (() => {
  const query = new URLSearchParams(location.search);
  const key = query.get('key') || settings.key;
  const byId = (id) => document.getElementById(id);

  // An element with properties, attributes (`aria-label`, `class`) and children.
  function make(tag, properties, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  // Says at the top of the page what is wrong; text between `backticks` is code.
  function complain(text, kind) {
    const parts = text.split('`').map((part, index) => (index % 2 ? make('code', {}, part) : part));
    byId('notes').replaceChildren(make('p', { className: `note ${kind || ''}`, role: 'alert' }, ...parts));
  }

  const KINDS = { connected: 'good', connecting: 'busy', unavailable: 'bad', failed: 'bad' };

  function showState(state) {
    const pill = byId('state');
    pill.textContent = state;
    pill.className = `pill state ${KINDS[state] || ''}`;
  }

  // Where this page's server is: the page may be behind a prefix.
  function server() {
    const tls = location.protocol === 'https:';
    const port = Number(location.port || (tls ? 443 : 80));
    const prefix = location.pathname.replace(/\/demo\/[^/]*$/, '');
    return {
      cluster: 'local',
      forceTLS: tls,
      wsHost: location.hostname,
      wsPort: port,
      wssPort: port,
      wsPath: prefix,
      httpHost: location.hostname,
      httpPort: port,
      httpsPort: port,
      httpPath: `${prefix}/pusher`,
      enabledTransports: [tls ? 'wss' : 'ws', 'xhr_streaming', 'xhr_polling'],
    };
  }

  // A client of this page's server, whose state the header shows; null, with a word why, without one.
  // `params` goes to the authorization endpoint.
  function connect(params) {
    if (typeof Pusher === 'undefined') {
      complain('pusher.js is not there yet: run `make dist` in the source tree, then reload this page.');
      return null;
    }
    if (!key) {
      complain('This server has an app of its own: add `?key=` and its key to the address of this page.');
      return null;
    }
    const options = server();
    if (settings.auth) options.channelAuthorization = { endpoint: settings.auth, transport: 'ajax', params };
    const pusher = new Pusher(key, options);
    showState(pusher.connection.state);
    pusher.connection.bind('state_change', (states) => showState(states.current));
    return pusher;
  }

  // Has the server publish, as an application's own server would. Resolves with true when it has.
  async function publish(channel, name, data) {
    if (!settings.publish) {
      complain(
        `With an app of its own this server publishes nothing for pages: run \`pusher trigger ${
          channel
        } ${name} '...'\`.`,
      );
      return false;
    }
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    try {
      const answer = await fetch(settings.publish, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ channel, name, data: text }),
      });
      if (answer.ok) return true;
      complain(`The server does not publish this: ${(await answer.json()).error}`, 'bad');
    } catch (error) {
      complain(`The server can't be reached: ${error.message}`, 'bad');
    }
    return false;
  }

  // A coloured circle with the first letter of a name.
  function avatar(name, size) {
    let sum = 0;
    for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
    const first = Array.from(name.trim())[0] || '?';
    const made = make(
      'span',
      { className: `avatar ${size || ''}`, 'aria-hidden': 'true' },
      first.toUpperCase(),
    );
    made.style.setProperty('--hue', (sum * 137) % 360);
    return made;
  }

  function clock(when) {
    return make('time', { dateTime: when.toISOString() }, when.toLocaleTimeString());
  }

  // Keeps the newest `most` children of a list.
  function trim(list, most) {
    while (list.childElementCount > most) list.lastElementChild.remove();
  }

  // What the tab remembers, where the browser lets it.
  function remember(name, value) {
    try {
      if (value !== undefined) sessionStorage.setItem(name, value);
      return sessionStorage.getItem(name) || '';
    } catch (error) {
      return value || '';
    }
  }

  // The other pages are of the same app.
  if (query.get('key')) {
    for (const link of document.querySelectorAll('a.page')) link.search = `?key=${encodeURIComponent(key)}`;
  }
  const version = byId('version');
  if (version) version.textContent = settings.version;

  return { query, key, byId, make, complain, connect, publish, avatar, clock, trim, remember };
})();
