// A page whose worker holds the connection.
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

worker.onmessage = ({ data }) => {
  if (data === 'subscribed') {
    document.body.dataset.state = data;
    return;
  }
  const item = document.createElement('li');
  item.textContent = data;
  document.querySelector('#news').append(item);
};
worker.postMessage(Number(new URLSearchParams(location.search).get('port')));
