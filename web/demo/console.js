// Any channels, all their events, the states of the connection, and sending. ?channel=NAME subscribes.
'use strict';
(() => {
  const { byId, make, clock, complain, connect, key, publish, query } = demo;
  const MOST = 500;
  const log = byId('log');
  const channels = new Map(); // by name: what the list shows of it
  let kept = []; // entries, newest first
  let isPaused = false;

  byId('key').textContent = key || 'none';

  // ---- The log ----

  // The members of a presence channel are an object with functions.
  function listMembers(members) {
    const listed = { count: members.count, me: members.myID, members: {} };
    members.each(({ id, info }) => {
      listed.members[id] = info;
    });
    return listed;
  }

  function describe(value) {
    if (value === undefined) return '';
    if (typeof value === 'string') return value;
    return JSON.stringify(value && typeof value.each === 'function' ? listMembers(value) : value);
  }

  function makeEntry(kind, label, event, data) {
    const text = describe(data);
    const entry = make(
      'li',
      {},
      clock(new Date()),
      make(
        'div',
        { className: 'what' },
        make('span', { className: `tag ${kind}` }, label),
        ' ',
        make('b', {}, event),
      ),
    );
    if (text) entry.append(make('div', { className: 'data' }, text));
    return { entry, searched: `${label} ${event} ${text}`.toLowerCase() };
  }

  function refresh() {
    const wanted = byId('filter').value.toLowerCase();
    let count = 0;
    for (const { entry, searched } of kept) {
      entry.hidden = !searched.includes(wanted);
      count += !entry.hidden;
    }
    byId('shown').textContent = count;
  }

  function note(kind, label, event, data) {
    if (isPaused) return;
    const made = makeEntry(kind, label, event, data);
    kept.unshift(made);
    log.prepend(made.entry);
    while (kept.length > MOST) kept.pop().entry.remove();
    refresh();
  }

  byId('filter').addEventListener('input', refresh);
  byId('clear').addEventListener('click', () => {
    kept = [];
    log.replaceChildren();
    refresh();
  });
  byId('pause').addEventListener('click', () => {
    isPaused = !isPaused;
    byId('pause').setAttribute('aria-pressed', isPaused);
    byId('pause').textContent = isPaused ? 'Resume' : 'Pause';
  });

  // ---- The connection ----

  const pusher = connect();
  if (!pusher) return;

  note('state', 'connection', pusher.connection.state);
  pusher.connection.bind('state_change', (states) => {
    note('state', 'connection', states.current, `was ${states.previous}`);
    byId('socket').textContent = pusher.connection.socket_id || 'none';
    byId('toggle').textContent = states.current === 'disconnected' ? 'Connect' : 'Disconnect';
  });
  pusher.connection.bind('error', (error) => note('error', 'connection', 'error', error));
  byId('toggle').addEventListener('click', () => {
    if (pusher.connection.state === 'disconnected') pusher.connect();
    else pusher.disconnect();
  });

  // ---- Channels ----

  const KINDS = { subscribed: 'good', pending: 'busy', refused: 'bad' };

  function setStatus(name, status) {
    const shown = channels.get(name);
    if (!shown) return;
    shown.status.textContent = status;
    shown.status.className = `pill ${KINDS[status.split(' ')[0]] || ''}`;
  }

  function unsubscribe(name) {
    pusher.unsubscribe(name);
    channels.get(name).line.remove();
    channels.delete(name);
    note('sent', `from ${name}`, 'unsubscribed');
    showNames();
  }

  function showNames() {
    byId('names').replaceChildren(...Array.from(channels.keys(), (value) => make('option', { value })));
  }

  function subscribe(name) {
    if (channels.has(name)) return;
    const status = make('span', {});
    const end = make(
      'button',
      { type: 'button', className: 'plain small', 'aria-label': `Unsubscribe from ${name}` },
      'End',
    );
    const line = make(
      'li',
      { className: 'subscription' },
      make('span', { className: 'mono' }, name),
      status,
      end,
    );
    end.addEventListener('click', () => unsubscribe(name));
    channels.set(name, { line, status });
    byId('channels').append(line);
    setStatus(name, 'pending');
    showNames();
    if (!byId('to').value) byId('to').value = name;
    const channel = pusher.subscribe(name);
    channel.bind('pusher:subscription_succeeded', () => {
      setStatus(name, channel.members ? `subscribed · ${channel.members.count}` : 'subscribed');
      console.log(`subscribed to ${name}`);
    });
    channel.bind('pusher:subscription_error', () => setStatus(name, 'refused'));
    for (const change of ['pusher:member_added', 'pusher:member_removed']) {
      channel.bind(change, () => setStatus(name, `subscribed · ${channel.members.count}`));
    }
    channel.bind_global((event, data) => {
      note(event === 'pusher:subscription_error' ? 'error' : 'channel', name, event, data);
      console.log(`shown: ${name} ${event} ${describe(data)}`);
    });
  }

  byId('subscribe').addEventListener('submit', (event) => {
    event.preventDefault();
    subscribe(byId('channel').value.trim());
    byId('channel').value = '';
  });

  // ---- Sending ----

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch (error) {
      return text;
    }
  }

  // Both ways return whether it was sent.
  const WAYS = {
    publish: (channel, event, data) => publish(channel, event, data),
    trigger: (name, event, data) => {
      const channel = pusher.channel(name);
      try {
        if (channel && channel.trigger(event, parse(data))) return true;
        complain(`Not sent: this page must be subscribed to \`${name}\` first.`, 'bad');
      } catch (error) {
        complain(`Not sent: ${error.message}`, 'bad');
      }
      return false;
    },
  };

  byId('way').addEventListener('change', () => {
    const event = byId('event');
    const isClientEvent = byId('way').value === 'trigger';
    event.value = isClientEvent
      ? event.value.replace(/^(client-)?/, 'client-')
      : event.value.replace(/^client-/, '');
  });
  byId('send').addEventListener('submit', async (submitted) => {
    submitted.preventDefault();
    const [to, event, data] = ['to', 'event', 'data'].map((id) => byId(id).value.trim());
    if (await WAYS[byId('way').value](to, event, data)) note('sent', `to ${to}`, event, data);
  });

  for (const name of query.getAll('channel')) subscribe(name);
})();
