// Plug-ins whose types are written with those of pusher-js.
import Pusher from 'pusher-js';
import type { Channel, PresenceChannel } from 'pusher-js';
import PusherBatchAuthorizer from 'pusher-js-auth';
import Echo from 'laravel-echo';

const pusher = new Pusher('key', { cluster: 'local', authorizer: PusherBatchAuthorizer });
const echo = new Echo({ broadcaster: 'pusher', key: 'key', client: pusher });
echo.private('chat').listen('Event', (data: { text: string }) => data.text).whisper('typing', {});
const { pusher: same, channels } = echo.connector;
const subscription: Channel | PresenceChannel | undefined = channels['private-chat']?.subscription;

export { same, subscription };
