// The benchmarks, in the order in which they run and are shown. Each prints one JSON object per line (harness.h,
// web/lib/harness.mjs) when it is called with --json --runs N.
//   about    what is measured, for the heads of the report
//   script   a program for Node, in bench/; otherwise it is the program bench_NAME of the build
//   needs    what is built for it besides

const WASM = ['pusher_wasm'];

export const BENCHMARKS = [
  { name: 'ws_frame', about: 'Decoding of WebSocket frames in memory' },
  { name: 'client_ingest', about: 'Events from the socket to the handlers' },
  { name: 'client_decrypt', about: 'Sealed events, from the socket to a bound handler', needs: WASM },
  { name: 'client_connect', about: 'Connecting, and subscribing to a hundred channels' },
  { name: 'client_connections', about: 'A thousand clients in one process' },
  { name: 'server_fanout', about: 'Deliveries of one channel with a thousand subscribers' },
  { name: 'server_latency', about: 'Latency of deliveries when there is little to do' },
  { name: 'server_channels', about: 'Ten thousand channels with one subscriber each' },
  { name: 'server_presence', about: 'Members that join and leave a presence channel of a hundred' },
  { name: 'server_api', about: 'Publishes by the HTTP API to a channel without subscribers' },
  { name: 'server_connections', about: 'Idle connections, each subscribed to one channel' },
  { name: 'server_scale', about: 'Processor time of a delivery as connections grow' },
  { name: 'server_allocations', about: 'How often `pusher serve` asks for memory when it is published to' },
  {
    name: 'startup',
    about: 'From the start of a program until it is ready',
    script: 'startup.mjs',
    needs: ['bench_stopwatch', 'bench_startup_client', ...WASM],
  },
  {
    name: 'sizes',
    about: 'Bytes of what is shipped',
    script: 'sizes.mjs',
    needs: ['pusher_shared', 'pusher_server_shared', ...WASM],
  },
  {
    name: 'web_library',
    about: 'pusher.js alone, fed by a stub socket',
    script: 'web/library.mjs',
    needs: WASM,
  },
  {
    name: 'web_end_to_end',
    about: 'From `pusher serve` to the handlers of pusher.js',
    script: 'web/end_to_end.mjs',
    needs: WASM,
  },
  {
    name: 'web_start',
    about: 'From the text of the script to the first client, in browsers',
    script: 'web/start.mjs',
    needs: WASM,
  },
  {
    name: 'web_authorize',
    about: 'A hundred private channels after a reconnection, 20 ms away',
    script: 'web/authorize.mjs',
    needs: ['bench_client_authorize', ...WASM],
  },
];

// What is to be built for one of them.
export function targetsOf({ name, script, needs = [] }) {
  return ['pusher_cli', ...(script ? [] : [`bench_${name}`]), ...needs];
}
