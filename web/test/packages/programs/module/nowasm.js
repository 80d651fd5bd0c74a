// Node without WebAssembly.
import Pusher from 'pusher-c/nowasm';
import { listen } from './client.js';

delete globalThis.WebAssembly;
listen(Pusher);
