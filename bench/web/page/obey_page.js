globalThis.benchObey({ 'pusher-c': globalThis.PusherC, 'pusher-js': globalThis.PusherJs }, globalThis.SETUP, call);
