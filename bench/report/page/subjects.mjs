// The colour of a subject: ours, floors (what can't be beaten), and the others by name, the same in all plots.

const OURS = /^(pusher-c|libpusher|pusher serve|pusher version|stripped)( \/ .*)?$/;
const OURS_OTHERWISE = /^(pusher-c|libpusher|pusher\.js|pusher serve|text alone)/;
const FLOOR = /\brecv\b|floor|^Node alone/;
const PEERS = ['pusher-js', 'soketi', 'uWebSockets.js', 'ws', 'nats-server', 'wslay'];
const COLOURS = 5; // peer-0 to peer-4 (style.mjs)

// The name of its class.
export function colour(subject) {
  if (FLOOR.test(subject)) return 'floor';
  if (OURS.test(subject)) return 'ours';
  if (OURS_OTHERWISE.test(subject)) return 'ours-other';
  const known = PEERS.findIndex((peer) => subject.startsWith(peer));
  return `peer-${(known < 0 ? 0 : known) % COLOURS}`;
}
