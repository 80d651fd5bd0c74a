// Node, ES module.
import Pusher from 'pusher-c';
import { listen } from './client.js';

listen(Pusher);
