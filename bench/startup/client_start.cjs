// A program of a library in JavaScript that makes a client, which begins to connect, and says so.
//     node client_start.cjs LIBRARY PORT
const [library, port] = process.argv.slice(2);

const Pusher = require(library);
new Pusher('app-key', { cluster: '', wsHost: '127.0.0.1', wsPort: Number(port), forceTLS: false, enableStats: false });
process.stdout.write('made\n');
