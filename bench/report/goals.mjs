// What we want to reach, as bounds for rows (judge.mjs says how they are read). Speed is a ratio to other programs
// of the same run: another machine changes both. Those of clients are by processor time.

const TIMES = { unit: 'times' };

export const GOALS = [
  {
    about: 'events of 32 bytes, beside pusher-js under Node, in each case',
    bench: 'client_ingest', case: /^32 bytes/, subject: 'libpusher / pusher-js, CPU', ...TIMES, atLeast: 10,
  },
  {
    about: 'events of 256 bytes, beside pusher-js under Node, in each case',
    bench: 'client_ingest', case: /^256 bytes/, subject: 'libpusher / pusher-js, CPU', ...TIMES, atLeast: 10,
  },
  {
    about: 'events of 4096 bytes, beside pusher-js under Node, in each case',
    bench: 'client_ingest', case: /^4096 bytes/, subject: 'libpusher / pusher-js, CPU', ...TIMES, atLeast: 20,
  },
  {
    about: 'events of 4096 bytes to one handler, beside recv alone',
    bench: 'client_ingest', case: /^4096 bytes, .*, 1 handler$/, subject: 'libpusher / recv alone', ...TIMES,
    atLeast: 0.5,
  },
  {
    about: 'allocations of the client for each event',
    bench: 'client_ingest', subject: 'libpusher', unit: 'allocations/event',
    below: 0.001, // the client answers at the end of each burst: that is the rest
  },
  {
    about: 'opening sealed events, beside pusher-js under Node',
    bench: 'client_decrypt', subject: 'libpusher / pusher-js', ...TIMES, atLeast: 20,
  },
  {
    about: 'opening sealed events in pusher.js, beside pusher-js',
    bench: 'client_decrypt', subject: 'pusher.js / pusher-js', ...TIMES, atLeast: 1,
  },
  {
    about: 'fan-out with 8 publishes under way, beside soketi',
    bench: 'server_fanout', case: 'deliveries, 8 outstanding', subject: 'pusher serve / soketi', ...TIMES,
    atLeast: 12,
  },
  {
    about: 'fan-out with 8 publishes under way, beside raw uWebSockets.js',
    bench: 'server_fanout', case: 'deliveries, 8 outstanding', subject: 'pusher serve / uWebSockets.js', ...TIMES,
    atLeast: 1.3,
  },
  {
    about: 'fan-out with 8 publishes under way, beside a program that only writes',
    bench: 'server_fanout', case: 'deliveries, 8 outstanding', subject: 'pusher serve / write floor', ...TIMES,
    atLeast: 0.85,
  },
  {
    about: 'fan-out with 1 publish under way, beside soketi',
    bench: 'server_fanout', case: 'deliveries, 1 outstanding', subject: 'pusher serve / soketi', ...TIMES, atLeast: 2,
  },
  {
    about: 'latency p99 at 20 publishes/s to 1,000 subscribers, beside raw uWebSockets.js',
    bench: 'server_latency', case: 'latency p99', subject: 'pusher serve / uWebSockets.js', ...TIMES, below: 1,
  },
  {
    about: 'memory of the server for an idle subscribed connection',
    bench: 'server_connections', case: /^memory, 10,000/, subject: 'pusher serve', unit: 'bytes/connection',
    atMost: 2048,
  },
  {
    about: 'processor time of a delivery to 1,000 and 10,000 subscribers, beside a smaller number of them',
    bench: 'server_scale', case: /^CPU, more \/ fewer subscribers/, subject: 'pusher serve', ...TIMES, atMost: 1.2,
  },
  {
    about: 'allocations of the server for each delivery',
    bench: 'server_allocations', case: 'a delivery', unit: /allocations/, subject: 'pusher serve', atMost: 0,
  },
  {
    about: 'libpusher.so, stripped',
    bench: 'sizes', case: 'libpusher.so', subject: 'stripped', unit: 'bytes', atMost: 120_000,
  },
  {
    about: 'pusher.min.js, beside that of pusher-js',
    bench: 'sizes', case: /^pusher\.min\.js/, subject: 'pusher-c / pusher-js', ...TIMES, below: 1,
  },
  {
    about: 'pusher.js alone, beside pusher-js, in each case',
    bench: 'web_library', subject: 'pusher-c / pusher-js', ...TIMES, atLeast: 1,
  },
  {
    about: 'pusher.js behind a server, beside pusher-js, in each case',
    bench: 'web_end_to_end', subject: 'pusher-c / pusher-js', ...TIMES, atLeast: 1,
  },
];
