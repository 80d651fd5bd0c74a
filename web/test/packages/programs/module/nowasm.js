// The engine without WebAssembly. Node's own WebSocket needs some, but never compiles without waiting.
import Pusher from 'pusher-c/nowasm';
import { listen } from './client.js';

WebAssembly.Module = class {
  constructor() {
    throw new Error('WebAssembly is not to be used');
  }
};
listen(Pusher);
