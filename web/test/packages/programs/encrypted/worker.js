import Pusher from 'pusher-c/worker/with-encryption';
import { follow } from './follow.js';

self.onmessage = ({ data: port }) => follow(Pusher, port, (line) => self.postMessage(line));
