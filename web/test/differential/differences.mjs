// Every difference from pusher-js that the comparison may see. `where` is the first column of the line of
// docs/differences.md that tells of it. `theirs` and `ours` change the traces of the sides so that this
// one difference is gone; `only` names the scenarios that it is about, all if it is absent. A difference
// that hides nothing any more is an error, as one is that is not declared.
import { ENCRYPTION } from './differences_encryption.mjs';
import { drop, from, replace, rewrite, sorted, untimed, without } from './rules.mjs';

const both = (...rules) => ({ theirs: rules, ours: rules });
const TEXTS = ['event', 'log', 'console'];

const CLIENT_EVENTS = ['pusher:connection_established', 'pusher:subscribe'];
const isClientEvent = ({ handler, args }) =>
  handler === 'established' || (args.length === 2 && CLIENT_EVENTS.includes(args[0]));

// Where it is told twice, the second time; where nothing is waited for, always.
function strayDelays(entries) {
  const codes = /"code":(4000|42\d\d)\b/;
  return entries.filter((entry, index) => {
    const earlier = entries.slice(0, index).filter((one) => one.kind === 'event');
    const last = earlier.at(-1);
    return (
      entry.kind !== 'event' ||
      entry.what.handler !== 'connection connecting_in' ||
      (last?.what.handler !== entry.what.handler && !codes.test(JSON.stringify(last?.what)))
    );
  });
}

// Without metadata: all but what is bound to channels.
const falsyData = ({ handler, args, ...rest }) => ({
  handler,
  args: args.length === 1 && !args[0] ? [] : args,
  ...rest,
});

const GENERATED = /^generated: /;
const GREETINGS = /^lifecycle: a greeting /;
const GREETING_CLOSED = /^lifecycle: (close|pusher:error) \d+ in the place of the greeting$/;
const AUTH_FAILED = /^authorization: (status 5\d\d|no answer)$/;

export const DIFFERENCES = [
  ...ENCRYPTION,
  // --- Connecting ---
  {
    where: 'Options and a cluster are mandatory.',
    only: ['construction: options are needed', 'construction: wsHost without a cluster'],
    ...both(without('no options'), without('no cluster'), from('start')),
  },
  {
    where: 'An empty cluster is taken: the host is `ws-.pusher.com`.',
    only: ['construction: an empty cluster'],
    theirs: [replace(['socket', 'log'], /ws-\.pusher\.com/, 'ws.pusherapp.com')],
  },
  {
    where: 'A refused connection waits out the timer of its attempt (15, 30, 60 seconds) in silence.',
    only: ['strategies: a WebSocket that is refused'],
    ...both(from('refused')),
  },
  {
    where: 'A refused connection waits out the timer of its attempt (15, 30, 60 seconds) in silence.',
    only: ['lifecycle: a socket constructor that throws', 'sockjs: the file of sockjs for two clients'],
    ...both(from('after'), from('it fails')),
  },
  {
    where:
      'A handshake that is not understood ends the connection and nothing follows: the state is `unavailable` for ever.',
    only: [GREETINGS],
    ...both(from('after')),
  },
  {
    where: 'A close before the handshake is followed by the next attempt after exactly one second, always.',
    only: [GREETING_CLOSED],
    ...both(
      untimed('start'),
      drop('event', ({ handler }) => handler === 'connection connecting_in'),
    ),
  },
  {
    where:
      'Each attempt that ends before the handshake starts the ten seconds to `unavailable` anew, and the state goes back to `connecting`.',
    only: ['lifecycle: online while unavailable'],
    ...both(
      drop('event', ({ handler }) => /state_change|connecting$/.test(handler)),
      drop('state'),
      drop('log', ({ line }) => line.includes('State changed')),
    ),
  },
  {
    where:
      '`connecting_in` is told twice for 1002 to 1004 and 4100 to 4199, and once for 4000 and 4200 to 4299, which do not wait.',
    theirs: [strayDelays],
  },
  {
    where:
      'A server that closes each connection with 4200, or one over TLS with 4000, is tried again in a tight loop.',
    only: ['http: close frame 4000 on streaming'],
    ...both(from('close')),
  },
  // --- HTTP transports ---
  {
    where: '`n` in the URLs counts the requests of all clients of a page.',
    only: ['http: requests of two clients are numbered'],
    ...both(replace(['request'], /&n=\d+/, '&n=N')),
  },
  {
    where:
      'An attempt that is refused before the session is open waits out the timer of its attempt in silence.',
    only: ['http: polling that is answered with 404 before the handshake'],
    ...both(from('refused')),
  },
  {
    where: 'An empty line holds up the frames behind it until more comes.',
    only: ['http: an empty line'],
    ...both(untimed('start')),
  },
  {
    where:
      'Each message is a POST of its own, several at the same time, in no order; how they are answered is ignored.',
    only: ['http: requests are numbered'],
    ours: [drop('request', ({ abort }) => abort)],
  },
  {
    where: 'A SockJS connection is never asked whether it lives.',
    only: ['sockjs: sockjs'],
    ...both(from('idle')),
  },
  // --- Messages ---
  {
    where: '`pusher:connection_established` and `pusher:subscribe` cannot be bound.',
    ours: [drop('event', isClientEvent)],
  },
  {
    where: 'Bindings of the client get no data at all when it is `0`, `""`, `false` or `null`.',
    ours: [rewrite('event', falsyData)],
  },
  {
    where: 'A message without a usable event name: an exception escapes.',
    only: [/^messages: a message without an event /],
    theirs: [
      drop('exception'),
      drop('log', ({ line }) => /Event recd/.test(line) && !/"(x|pusher_internal:\w+)"/.test(line)),
    ],
    ours: [
      drop('event', ({ handler }) => handler === 'connection error'),
      drop('log', ({ line }) => /MessageParseError/.test(line)),
    ],
  },
  {
    where: 'Errors are nested, a `MessageParseError` twice.',
    only: [/^messages: a message /, /^logging: /],
    theirs: [
      rewrite('event', ({ args, ...rest }) => ({
        ...rest,
        args: args.map((value) =>
          value?.type === 'MessageParseError'
            ? { type: value.type, error: '...', ...(value.data && { data: value.data }) }
            : value,
        ),
      })),
      replace(
        ['log', 'console'],
        /(\\"type\\":\\"MessageParseError\\"),\\"error\\":\{.*\},/,
        '$1,\\"error\\":...,',
      ),
      replace(['log', 'console'], /\.\.\.,\\"data\\":\\"\\"\}/, '...}'),
    ],
    ours: [
      rewrite('event', ({ args, ...rest }) => ({
        ...rest,
        args: args.map((value) =>
          value?.type === 'MessageParseError'
            ? { type: value.type, error: '...', ...(value.data && { data: value.data }) }
            : value,
        ),
      })),
      replace(
        ['log', 'console'],
        /(\\"type\\":\\"MessageParseError\\"),\\"error\\":\\"[^"]*\\"/,
        '$1,\\"error\\":...',
      ),
    ],
  },
  // --- Channels ---
  {
    where:
      'A channel that was left while its subscription was pending comes back after a reconnect, and stays when its authorization fails.',
    only: [
      'channels: unsubscribe before the answer, then a new connection',
      'channels: unsubscribe while it is authorized, which fails',
    ],
    ...both(
      from('again'),
      from('answer'),
      drop('state', (_, { time }) => time >= 3000),
    ),
  },
  {
    where:
      'A channel that was left while it was being authorized is subscribed, and unsubscribed when the server has confirmed.',
    only: ['channels: unsubscribe while it is authorized, which succeeds'],
    ...both(from('answer')),
  },
  {
    where:
      'After a `pusher:subscription_error` of the server the channel stays pending, and `subscribe` does nothing until the next reconnect.',
    only: ['channels: the server refuses'],
    ...both(
      from('subscribe again', ['frame', 'log', 'state']),
      drop('state', ({ of }) => of === 'channel news'),
    ),
  },
  // --- Authorization ---
  {
    where:
      'An answer that comes after a reconnect is sent, with the signature for the old socket id, beside the new one.',
    only: ['channels: an authorization that comes after a new connection'],
    ...both(
      without('stale'),
      drop('request', ({ abort }) => abort),
    ),
  },
  {
    where: 'There is no time limit; JSONP cannot fail at all.',
    only: ['authorization: an endpoint that does not answer', 'authorization: a script tag that fails'],
    ...both(from('late'), from('it fails')),
  },
  {
    where:
      '200 without a usable `auth` is taken: a subscription without a signature is sent. `null` is an exception that escapes.',
    only: [/^authorization: an answer (?!that)/],
    ...both(from('answer')),
  },
  {
    where: 'An error names the status and the endpoint.',
    ours: [replace(TEXTS, / \(channel [^)]*\)/g, '')],
  },
  {
    where: 'An authorization that fails is not tried again before the next reconnect.',
    only: [AUTH_FAILED],
    ...both(from('later')),
  },
  {
    where: 'JSONP appends a question mark to the endpoint, even where there is one.',
    only: ['authorization: script tags with an endpoint that has a query'],
    theirs: [replace(['script'], /\?callback/, '&callback')],
  },
  // --- Presence ---
  {
    where: "The number of members is what the server's message says.",
    only: ['presence: members', 'presence: a count that is not the number'],
    ...both(
      replace(['event', 'state'], /"count":[1-9]/g, '"count":"N"'),
      drop('return', ({ of }) => of === 'count'),
    ),
  },
  // --- Statistics and logs ---
  {
    where: 'The log shows signatures.',
    theirs: [replace(['log', 'console'], /(\\"auth\\":\\"[^:"]*:)[^"\\]*\\"/g, '$1***\\"')],
  },
  // --- In JavaScript ---
  {
    where: '`encrypted` is not read.',
    only: ['construction: encrypted is not read'],
    theirs: [replace(['socket', 'log'], /wss:\/\/ws-eu\.pusher\.com:443/, 'ws://ws-eu.pusher.com:80')],
  },
  {
    where:
      'An option that is `undefined` counts as given where only its name is looked for (`channelAuthorization`, `disableStats`).',
    only: ['construction: channelAuthorization: undefined', 'construction: disableStats undefined'],
    ...both(
      drop('request'),
      drop('script'),
      drop('log', ({ line }) => line.includes('disableStats')),
    ),
  },
  {
    where: 'A handler that throws keeps the handlers behind it from running.',
    only: [/^emitter: handlers that throw/],
    ours: [drop('event', ({ handler }) => handler === 'b')],
  },
  {
    where: 'A handler that throws keeps the handlers behind it from running.',
    only: [/^emitter: global handlers that throw/],
    ours: [drop('event', ({ handler }) => handler === 'h' || handler === 'a')],
  },
  {
    where: 'A global handler that unbinds itself makes the next one miss the event.',
    only: [/^emitter: global handlers that unbind themselves/],
    ...both(drop('event', ({ handler }) => handler === 'h')),
  },
  {
    where:
      'Global handlers of the connection hear of a message before the channel does, its other handlers after.',
    only: ['emitter: global handlers of the connection'],
    ...both(sorted('event')),
  },
  {
    where: 'A connection that is given up for want of a pong counts as well ended when the browser says so.',
    only: ['lifecycle: a connection after one that gave no pong'],
    ...both(from('idle')),
  },
  {
    where: 'The client subscribes its channels before it calls the handlers of `connected`.',
    only: ['construction: the authorizer is made for each attempt'],
    ...both(sorted('event')),
  },
  {
    where: '`subscribe` in the second before a reconnect begins a subscription that the reconnect ends.',
    only: ['lifecycle: the second before a reconnect'],
    ...both(
      without('subscribe', ['state']),
      drop('state', ({ of }, { time }) => of === 'channel news' && time === 4000),
    ),
  },
  {
    where:
      '`connect` in the second before a reconnect opens a connection that the timer tears down a second later.',
    only: ['lifecycle: connect in the second before a reconnect'],
    ...both(from('the timer')),
  },
  {
    where: 'An error event of a socket is told, though it says nothing; then its close.',
    only: ['lifecycle: an error event of the socket'],
    ...both(without('error')),
  },
  {
    where:
      'A stream whose request fails is told as a close with 1006 and `Connection interrupted (undefined)`.',
    only: ['http: streaming ends with status 0'],
    theirs: [
      rewrite('event', (what) =>
        what.handler === 'connection error'
          ? {
              ...what,
              args: [{ error: 'no answer came: the network or CORS refused', type: 'WebSocketError' }],
            }
          : what,
      ),
      rewrite('log', ({ line }) => ({
        line: line.replace(
          /\{.*interrupted.*\}/,
          '{"type":"WebSocketError","error":"no answer came: the network or CORS refused"}',
        ),
      })),
    ],
  },
  {
    where:
      'When a page is left, its requests end, and the client does not know of it: a page that comes back has a dead connection.',
    only: ['http: the page goes away'],
    ...both(
      from('it comes back'),
      drop('event', ({ handler }) => /error|connecting_in/.test(handler)),
      drop('log', ({ line }) => line.includes('the page was left')),
    ),
  },
  {
    where: 'A `HandshakeError` does not say what was received.',
    only: [GREETINGS],
    ...both(
      drop(
        'event',
        ({ handler, args }) => handler === 'connection error' && args[0].type === 'HandshakeError',
      ),
      drop('log', ({ line }) => line.includes('HandshakeError')),
    ),
  },
  {
    where: 'A close before the handshake makes the transport the one that is tried first the next time.',
    only: [GREETING_CLOSED, GREETINGS],
    ...both(drop('storage')),
  },
  {
    where:
      'A remembered transport whose connection is closed before the handshake makes the client begin all others, and give them up in the same moment.',
    only: ['lifecycle: every greeting is a close'],
    ...both(from('closes')),
  },
  {
    where: 'After 1002 to 1004 and 4100 to 4199 a connection is sought again after exactly a second.',
    only: [/^lifecycle: close (100[234]|41\d\d) of a connection$/, 'http: close frame 4100 on streaming'],
    ...both(
      untimed('close'),
      untimed('again'),
      replace(['event'], /("connection connecting_in","args":)\[[12]\]/, '$1["N"]'),
    ),
  },
  {
    where: 'What cannot be read of the remembered transport is removed.',
    only: ['strategies: a cache entry {'],
    theirs: [drop('storage', ({ remove }) => remove)],
  },
  {
    where: 'The log is silent when an attempt takes too long, is refused, or a ping gets no answer.',
    ours: [
      drop('log', ({ line }) =>
        /No connection within|No answer to a ping|Statistics could not be sent/.test(line),
      ),
    ],
  },
  {
    where: 'Statistics say that a socket is closed when the browser says so.',
    only: ['logging: statistics of wss beside ws'],
    ours: [replace(['script'], /\{"cid":1,"state":"closed","timestamp":\d+\},/, '')],
  },
  {
    where: 'The log says that nobody is bound on the hidden channel of a user, on which nobody can be.',
    only: ['users: signing in'],
    theirs: [drop('log', ({ line }) => line.includes('No callbacks on #server-to-user'))],
  },
  {
    where: 'The log says that nobody is bound before handlers of the client run.',
    only: [GENERATED],
    ...both(drop('log', ({ line }) => line.includes('No callbacks on'))),
  },
  {
    where: 'User data without an id are logged as `[object Object]`.',
    only: [/^users: user data \{/],
    ...both(replace(['log'], /(user_data: ).*"\]/, '$1...\\"]')),
  },
  {
    where: 'Lines about SockJS come when its file has been loaded.',
    only: ['sockjs: the file of sockjs for two clients'],
    ours: [drop('log', ({ line }) => /"Connecting\\?".*sockjs/.test(line))],
  },
  {
    where: 'The log shows numbers as JavaScript writes them, and members that stand twice once.',
    only: ['messages: data that is a string', 'messages: data that is not a string'],
    ...both(replace(['log'], /\\"data\\":.*\}\]/, '\\"data\\":...}]')),
  },
  {
    where: 'The `user_id` of a message is whatever stands there.',
    only: ['messages: members of a message that nobody knows', 'channels: user_id'],
    ...both(
      rewrite('event', ({ handler, args, ...rest }) => ({
        ...rest,
        handler,
        args: handler === 'connection message' ? [{ ...args[0], user_id: '...' }] : args,
      })),
      replace(['log'], /,\\"user_id\\":.*\}\]/, '}]'),
    ),
  },
  {
    where: 'Channels named like the members of objects (`constructor`, `__proto__`): an exception.',
    only: ['channels: names of channels'],
    ...both(
      without('constructor'),
      without('__proto__'),
      drop('state', ({ of }) => of === 'channels 0'),
    ),
  },
  {
    where: 'A channel that was left keeps its members and marks.',
    only: [
      'channels: unsubscribe before the answer',
      'presence: unsubscribe from a presence channel',
      GENERATED,
    ],
    ...both(
      drop(
        'state',
        ({ of, subscribed, subscriptionPending }) =>
          /^channel /.test(of) && !subscribed && !subscriptionPending,
      ),
    ),
  },
  {
    where: 'An encrypted channel without encryption is an exception that names a page.',
    only: ['channels: a private-encrypted channel without encryption'],
    theirs: [replace(['return'], / See: [^"]*/, '')],
    ours: [
      replace(['return'], /: load pusher-with-encryption[^"]*/, '.'),
      drop('log', ({ line }) => line.includes('no encryption is available')),
    ],
  },
  {
    where: 'A `subscription_count` that is no number becomes the count.',
    only: ['channels: subscription_count'],
    ...both(
      without('count 9', ['state']),
      drop('return', ({ of }) => of === 'count'),
    ),
  },
  {
    where: 'Channels with names that look like numbers are subscribed before the others.',
    only: ['channels: subscribe before the connection'],
    ...both(sorted('frame'), sorted('log')),
  },
  {
    where: 'Members who come or go before the success of a subscription are told, and in the list.',
    only: ['presence: members that arrive before the success'],
    theirs: [
      drop('event', ({ handler, args }) => [handler.split(' ').at(-1), args[0]].includes('pusher:member_added')),
    ],
  },
  {
    where: '`members.myID` is there as soon as the authorization is.',
    ...both(drop('state', ({ members, subscribed }) => members && !subscribed && members.me === null)),
  },
  {
    where: 'Headers that stand in both `headers` and `headersProvider` are sent twice, parameters as well.',
    only: ['authorization: parameters and headers'],
    ...both(
      rewrite('request', ({ headers, body, ...rest }) => ({
        ...rest,
        headers: headers.filter((header) => !header.startsWith('X-One:')),
        body: body.replace(/&a=[^&]*/g, ''),
      })),
    ),
  },
  {
    where: 'A handler of authorizations that answers twice sends two subscriptions.',
    only: ['authorization: customHandler'],
    ...both(without('twice', ['frame', 'log'])),
  },
  {
    where: 'The log shows the error of a `customHandler` that is a text as it is.',
    only: ['authorization: a customHandler whose error is a string'],
    ours: [replace(['log'], /Error: text/, 'text')],
  },
  {
    where: 'A failed authorization of a presence channel says nothing but `AuthError`, and is logged twice.',
    only: [/^presence: no channel_data/],
    theirs: [drop('log', ({ line }) => line.includes('Invalid auth response'))],
    ours: [
      drop('log', ({ line }) => line.includes('Invalid auth response')),
      replace(['event'], /"error":"Invalid auth response[^"]*",("status":\d+,)?/g, ''),
    ],
  },
  {
    where: 'Script tags of authorizations stay in the page.',
    only: [/^authorization: (a )?script tag/],
    ...both(
      drop('script', ({ removed }) => removed),
      replace(['script'], /"(type|charset)":"[^"]*"/g, '"$1":"..."'),
    ),
  },
];
