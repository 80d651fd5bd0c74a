// The differences (differences.mjs) that encrypted channels and the files with encryption have.
import { drop, from, without } from './rules.mjs';

const both = (...rules) => ({ theirs: rules, ours: rules });

const GENERATED = /^generated: users and encrypted channels, /;
const LOG_OF_ENCRYPTION =
  'The log does not say which event of an encrypted channel cannot be opened, nor why no new key came.';

export const ENCRYPTION = [
  {
    where:
      'Events that come while a new key is asked for overtake those that wait for it, and each may ask again.',
    only: ['encryption: another key, and events while it is asked for'],
    ...both(without('meanwhile', ['request'])),
  },
  {
    where: 'Data that is no object: an exception escapes.',
    only: ['encryption: an event with data that is null', 'encryption: an event with no data'],
    ...both(without('event')),
  },
  {
    where: 'A nonce that is too long, or text that is no base64: an exception escapes.',
    only: [
      'encryption: an event with a nonce that is too long',
      'encryption: an event with a ciphertext that is no base64',
    ],
    ...both(without('event')),
  },
  {
    where: 'A box that holds no UTF-8: an exception escapes.',
    only: ['encryption: a box that holds no UTF-8'],
    ...both(without('event')),
  },
  {
    where: 'A key is kept when the connection ends.',
    only: ['encryption: an event on a new connection before its authorization'],
    ...both(without('event')),
  },
  {
    where: 'A `shared_secret` that is no key: an exception escapes, at once or with the first event.',
    only: [/^encryption: a secret (of|that)/],
    ...both(from('answer')),
  },
  {
    where: 'A channel that was left while a new key is asked for hears of the event that waits for it.',
    only: ['encryption: unsubscribe while a new key is asked for'],
    ...both(
      without('answer'),
      drop('request', ({ abort }) => abort),
    ),
  },
  {
    where: LOG_OF_ENCRYPTION,
    only: [/^encryption: /, GENERATED],
    theirs: [drop('log', ({ line }) => /decrypt (an )?event|encrypted event|fetch new key/.test(line))],
    ours: [drop('log', ({ line }) => /Unable to decrypt event/.test(line))],
  },
  {
    where: LOG_OF_ENCRYPTION,
    only: [/^encryption: another key, and its authorization is /, GENERATED],
    ours: [drop('log', ({ line }, { step }) => /^answer$| seal$/.test(step) && line.includes('"Error: '))],
  },
  {
    where: 'The files with encryption look at options before the key.',
    only: ['encryption: neither key nor options'],
    ...both(drop('return')),
  },
  {
    where:
      'With the files with encryption `Pusher.logToConsole` counts for the clients that are made after it was set.',
    only: ['encryption: logToConsole after the construction'],
    ...both(without('late', ['console'])),
  },
  {
    where: 'In a bundler the file with encryption leaves another class in `window.Pusher` than it gives.',
    only: ['encryption: the file in a bundler'],
    ...both(drop('return')),
  },
];
