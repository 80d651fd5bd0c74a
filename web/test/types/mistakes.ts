// What must not compile against our declarations: each line after such a comment has a mistake.
import Pusher from 'pusher-c';
import type { Options } from 'pusher-c';

// @ts-expect-error a transport that there is not
const transports: Options = { enabledTransports: ['websocket'] };
// @ts-expect-error a misspelt option
const misspelt: Options = { forceTls: true };
// @ts-expect-error the key is missing
const keyless = new Pusher();
// @ts-expect-error the state is not the program's to change
new Pusher('key').connection.state = 'connected';
// @ts-expect-error an event has a name
new Pusher('key').bind((data: unknown) => data);
// @ts-expect-error a channel is no constructor
const channel = new Pusher.Channel('name');
// @ts-expect-error authorization data have `auth`
const handler: Options = { channelAuthorization: { customHandler: (_, done) => done(null, {}) } };

export { channel, handler, keyless, misspelt, transports };
