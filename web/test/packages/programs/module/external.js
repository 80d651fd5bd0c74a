// Node with the engine in a file of its own.
import Pusher from 'pusher-c/external';
import { listen } from './client.js';

await Pusher.load();
listen(Pusher);
