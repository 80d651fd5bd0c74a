// A page with an encrypted channel, and a worker with another one: shows what arrives. Its address tells the port.
import Pusher from 'pusher-c/with-encryption';
import { follow } from './follow.js';

const port = Number(new URLSearchParams(location.search).get('port'));
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
let waiting = 2;

function tell(line) {
  if (line === 'subscribed') {
    if (--waiting === 0) document.body.dataset.state = line;
    return;
  }
  const item = document.createElement('li');
  item.textContent = line;
  document.querySelector('#news').append(item);
}

worker.onmessage = ({ data }) => tell(data);
worker.postMessage(port);
follow(Pusher, port, tell);
