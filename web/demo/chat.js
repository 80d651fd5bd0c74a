// A room: a presence channel that knows who is there, and client events from browser to browser.
'use strict';
(() => {
  const { byId, make, avatar, complain, connect, remember } = demo;
  const TYPING_SAID_MS = 1000; // how often one's own typing is told
  const TYPING_SEEN_MS = 2500; // how long others' is shown
  const MOST = 300;
  const talk = byId('talk');
  const typing = new Map(); // by user id: the timer that ends it
  let pusher = null;
  let channel = null;
  let saidAt = 0; // when one's own typing was last told

  const idOfTab = remember('id') || remember('id', `guest-${Math.random().toString(36).slice(2, 10)}`);
  const nameOf = (id) => {
    const member = channel.members.get(id);
    return String((member && member.info && member.info.name) || id);
  };

  // ---- The talk ----

  function add(line) {
    const isAtEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40;
    talk.append(line);
    while (talk.childElementCount > MOST) talk.firstElementChild.remove();
    if (isAtEnd) talk.scrollTop = talk.scrollHeight;
  }

  function showEvent(text) {
    add(make('p', { className: 'event' }, text));
  }

  function showMessage(name, text, isMine) {
    const bubble = make(
      'div',
      {},
      make('strong', { className: isMine ? 'unseen' : '' }, isMine ? 'You' : name),
      text,
    );
    add(
      make(
        'div',
        { className: isMine ? 'said mine fresh' : 'said fresh' },
        ...(isMine ? [bubble] : [avatar(name, 'small'), bubble]),
      ),
    );
  }

  // ---- Who is there, who is typing ----

  function showMembers() {
    const me = channel.members.me;
    const lines = [];
    channel.members.each((member) => {
      const name = nameOf(member.id);
      lines.push(
        make(
          'li',
          { className: 'member' },
          avatar(name, 'small'),
          make('span', {}, member.id === me.id ? `${name} (you)` : name),
        ),
      );
    });
    byId('members').replaceChildren(...lines);
    byId('count').textContent = channel.members.count;
  }

  function showTyping() {
    const names = Array.from(typing.keys(), nameOf);
    byId('typing').textContent =
      names.length === 0
        ? ''
        : names.length > 2
          ? `${names.length} people are typing …`
          : `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} typing …`;
  }

  function endTyping(id) {
    clearTimeout(typing.get(id));
    typing.delete(id);
    showTyping();
  }

  function beginTyping(id) {
    clearTimeout(typing.get(id));
    typing.set(
      id,
      setTimeout(() => endTyping(id), TYPING_SEEN_MS),
    );
    showTyping();
  }

  // ---- Joining and leaving ----

  function enter(room) {
    channel = pusher.subscribe(`presence-chat-${room}`);
    channel.bind('pusher:subscription_succeeded', () => {
      showMembers();
      byId('join').hidden = true;
      byId('chat').hidden = false;
      byId('room-name').textContent = room;
      byId('message').focus();
    });
    channel.bind('pusher:subscription_error', (status) => {
      complain(
        `The room can't be joined: ${status.error || 'it is not allowed'} (status ${status.status}).`,
        'bad',
      );
      leave();
    });
    channel.bind('pusher:member_added', (member) => {
      showMembers();
      showEvent(`${nameOf(member.id)} has come`);
    });
    channel.bind('pusher:member_removed', (member) => {
      endTyping(member.id);
      showMembers();
      showEvent(`${String((member.info && member.info.name) || member.id)} has left`);
    });
    channel.bind('client-typing', (data, metadata) => beginTyping(metadata.user_id));
    channel.bind('client-message', (data, metadata) => {
      endTyping(metadata.user_id);
      showMessage(nameOf(metadata.user_id), String(data.text || ''), false);
    });
  }

  function leave() {
    for (const id of Array.from(typing.keys())) clearTimeout(typing.get(id));
    typing.clear();
    if (pusher) pusher.disconnect();
    pusher = channel = null;
    talk.replaceChildren();
    byId('typing').textContent = '';
    byId('chat').hidden = true;
    byId('join').hidden = false;
    byId('name').focus();
  }

  byId('join').addEventListener('submit', (event) => {
    event.preventDefault();
    if (pusher) return;
    const name = byId('name').value.trim();
    remember('name', name);
    if (!settings.auth) {
      complain(
        'Nobody authorizes members here: start the server without an app of its own, or with `--dev-auth`.',
      );
      return;
    }
    pusher = connect({ user_id: idOfTab, user_info: JSON.stringify({ name }) });
    if (pusher) enter(byId('room').value);
  });
  byId('leave').addEventListener('click', leave);

  byId('say').addEventListener('submit', (event) => {
    event.preventDefault();
    const input = byId('message');
    const text = input.value.trim();
    if (!text || !channel) return;
    if (!channel.trigger('client-message', { text })) {
      complain('Not sent: there is no connection at this moment.', 'bad');
      return;
    }
    showMessage('', text, true);
    talk.scrollTop = talk.scrollHeight;
    input.value = '';
    saidAt = 0;
  });

  byId('message').addEventListener('input', () => {
    const now = Date.now();
    if (!channel || !byId('message').value || now - saidAt < TYPING_SAID_MS) return;
    saidAt = now;
    channel.trigger('client-typing', {});
  });

  byId('name').value = remember('name');
})();
