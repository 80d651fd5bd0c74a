// Every difference from pusher-js that the comparison may see. `where` is the first column of the line of
// docs/differences.md that tells of it. `theirs` and `ours` change the traces of the sides so that this
// one difference is gone; `only` names the scenarios whose traces it is about, all if it is absent.
// A difference that hides nothing any more is an error, as one is that is not declared.
import { drop, from, rewrite } from './rules.mjs';

const CLIENT_EVENTS = ['pusher:connection_established', 'pusher:subscribe'];
const clientEvent = ({ handler, args }) =>
  handler === 'established' || (/^pusher( \d+)? \*$/.test(handler) && CLIENT_EVENTS.includes(args[0]));

export const DIFFERENCES = [
  {
    where: '`pusher:connection_established` and `pusher:subscribe` cannot be bound.',
    ours: [drop('event', clientEvent)],
  },
  {
    where: 'The log shows signatures.',
    theirs: [rewrite('log', ({ line }) => ({ line: line.replace(/("auth":"[^:"]*:)[^"]*"/g, '$1***"') }))],
  },
];
