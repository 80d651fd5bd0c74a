// Comments that appear as they are written, here and wherever else the page is open.
'use strict';
(() => {
  const { byId, make, avatar, clock, connect, publish, remember, trim } = demo;
  const MOST = 200;
  const list = byId('comments');

  function show(comment) {
    const author = String(comment.author || 'Somebody');
    byId('empty').hidden = true;
    list.prepend(
      make(
        'li',
        { className: 'item fresh' },
        avatar(author),
        make(
          'div',
          {},
          make('header', {}, make('strong', {}, author), clock(new Date())),
          make('p', {}, String(comment.text || '')),
        ),
      ),
    );
    trim(list, MOST);
  }

  const author = byId('author');
  const text = byId('text');
  author.value = remember('name');
  (author.value ? text : author).focus({ preventScroll: true });

  byId('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    remember('name', author.value);
    const written = { author: author.value, text: text.value };
    // It is shown when it comes back, as everybody else's.
    if (await publish('comments', 'new-comment', written)) {
      text.value = '';
      text.focus();
    }
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId('form').requestSubmit();
  });

  const pusher = connect();
  if (pusher) pusher.subscribe('comments').bind('new-comment', show);
})();
