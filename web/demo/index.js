// The index: how to use pusher.js from this server, and the first event that comes.
'use strict';
(() => {
  const { byId, connect, key } = demo;
  const secure = location.protocol === 'https:';
  const port = location.port || (secure ? '443' : '80');
  const base = location.href.replace(/demo\/[^/]*$/, '');
  byId('snippet').textContent = [
    `<script src="${base}js/current/pusher.min.js"><\/script>`,
    '<script>',
    `  const pusher = new Pusher('${key || 'APP_KEY'}', {`,
    `    wsHost: '${location.hostname}', ${secure ? 'wssPort' : 'wsPort'}: ${port}, forceTLS: ${secure},`,
    '  });',
    "  pusher.subscribe('my-channel').bind('my-event', (data) => console.log(data));",
    '<\/script>',
  ].join('\n');
  const where = (secure ? ' --tls' : '') + (port === '6001' ? '' : ` --port ${port}`);
  byId('command').textContent = `pusher trigger${where} my-channel my-event '{"text":"hi"}'`;

  const pusher = connect();
  if (!pusher) return;
  pusher.subscribe('my-channel').bind('my-event', (data) => {
    byId('greeting').hidden = false;
    byId('greeting').textContent = `my-event has come: ${JSON.stringify(data)}`;
  });
})();
