// Networks that break WebSockets, each in its own way, in front of one `pusher serve`.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import net from 'node:net';

import { NGINX_UPGRADE, haproxy, nginx, nginxTls, pemFile } from './software.mjs';
import { until } from './program.mjs';

// Each takes { t, certificate, other, target }: what it ends with, the certificate that the client
// trusts, one that it does not, and the port of the server. It gives the puppet's options for where to
// connect: `port` and `tls_port`, and those of the HTTP transports where they differ.

// A reverse proxy that nobody told of upgrades.
export async function withoutUpgrade({ t, certificate, target }) {
  const { ports: [port, tls_port] } = await nginx(t, (directory, http, https) => {
    const location = `location / { proxy_pass http://127.0.0.1:${target}; }`;
    return `
      server { listen 127.0.0.1:${http}; ${location} }
      server { ${nginxTls(directory, https, certificate)} ${location} }`;
  }, { ports: 2 });
  return { port, tls_port };
}

// The same, and it keeps an answer until it has half a megabyte of it or its end.
export async function buffering({ t, certificate, target }) {
  const { ports: [port, tls_port] } = await nginx(t, (directory, http, https) => {
    const location = `location / {
      proxy_pass http://127.0.0.1:${target};
      proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;
      proxy_buffer_size 512k; proxy_buffers 8 512k; proxy_busy_buffers_size 512k;
    }`;
    return `
      server { listen 127.0.0.1:${http}; ${location} }
      server { ${nginxTls(directory, https, certificate)} ${location} }`;
  }, { ports: 2 });
  return { port, tls_port };
}

// Answers the upgrade itself, and correctly; what follows is up to `afterwards`, in Lua.
function upgrading(afterwards) {
  return `
core.register_service('upgrade', 'tcp', function(applet)
  local key = ''
  while true do
    local line = applet:getline()
    if line == nil or line == '' or line == '\\r\\n' then break end
    key = line:match('^[Ss]ec%-[Ww]eb[Ss]ocket%-[Kk]ey: *([^\\r]*)') or key
  end
  local digest = applet.c:sha1(key .. '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
  applet:send('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' ..
    'Sec-WebSocket-Accept: ' .. applet.c:base64(digest) .. '\\r\\n\\r\\n')
  ${afterwards}
end)
`;
}

async function afterUpgrade({ t, certificate, target }, afterwards) {
  const pem = pemFile(t, certificate);
  const script = join(pem, '../upgrade.lua');
  writeFileSync(script, upgrading(afterwards));
  const { ports: [port, tls_port] } = await haproxy(t, (directory, http, https) => `
frontend all
  mode tcp
  bind 127.0.0.1:${http}
  bind 127.0.0.1:${https} ssl crt ${pem}
  tcp-request inspect-delay 5s
  tcp-request content use-service lua.upgrade if { req.payload(0,9) -m str "GET /app/" }
  default_backend server
backend server
  mode tcp
  server s1 127.0.0.1:${target}`, { ports: 2, global: `lua-load ${script}` });
  return { port, tls_port };
}

// A proxy that drops the connection right after the 101.
export const closesAfterUpgrade = (place) => afterUpgrade(place, '');

// A proxy that lets nothing through after the 101, and keeps the connection.
export const silentAfterUpgrade = (place) =>
  afterUpgrade(place, "repeat local data = applet:receive() until data == nil or data == ''");

// Resets every connection on which an upgrade is asked for: 444 closes without an answer.
export async function resetsUpgrades({ t, certificate, target }) {
  const { ports: [port, tls_port] } = await nginx(t, (directory, http, https) => {
    const location = `reset_timedout_connection on; location / {
      if ($http_upgrade) { return 444; }
      proxy_pass http://127.0.0.1:${target};
    }`;
    return `
      server { listen 127.0.0.1:${http}; ${location} }
      server { ${nginxTls(directory, https, certificate)} ${location} }`;
  }, { ports: 2 });
  return { port, tls_port };
}

// Ports of a reverse proxy that does everything right.
async function working({ t, certificate, target }) {
  const { ports: [http_port, https_port] } = await nginx(t, (directory, http, https) => {
    const location = `location / { proxy_pass http://127.0.0.1:${target}; ${NGINX_UPGRADE} }`;
    return `
      server { listen 127.0.0.1:${http}; ${location} }
      server { ${nginxTls(directory, https, certificate)} ${location} }`;
  }, { ports: 2 });
  return { http_port, https_port };
}

// The ports of WebSockets swallow packets: a program that has stopped, with its queue of connections
// full, does not even answer the first packet of another one. HTTP has other ports.
export async function swallowing(place) {
  const { t } = place;
  const { program, ports: [port, tls_port] } = await haproxy(t, (directory, one, other) => `
frontend all
  mode tcp
  backlog 1
  bind 127.0.0.1:${one}
  bind 127.0.0.1:${other}`, { ports: 2 });
  process.kill(program.child.pid, 'SIGSTOP');
  await Promise.all([fill(t, port), fill(t, tls_port)]);
  return { port, tls_port, ...(await working(place)) };
}

// Connects until a connection hangs.
async function fill(t, port) {
  let waiting = 0;
  const connect = () => {
    const socket = net.connect(port, '127.0.0.1');
    t.after(() => socket.destroy());
    waiting++;
    socket.on('error', () => {});
    socket.on('connect', () => {
      waiting--;
      connect();
    });
  };
  connect();
  let quiet = 0;
  await until(() => (quiet = waiting ? quiet + 1 : 0) > 30, `port ${port} is full`);
}

// Nothing listens on the ports of WebSockets. They stay taken for as long as the sockets live.
export async function refusing(place) {
  const ports = [];
  for (let i = 0; i < 2; i++) ports.push(await refusedPort(place.t));
  return { port: ports[0], tls_port: ports[1], ...(await working(place)) };
}

// The own end of a connection: nobody else gets that port, and nobody listens on it.
async function refusedPort(t) {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  return socket.localPort;
}

// Everything works, until `cut` ends all connections at once.
export async function cutting({ t, certificate, target }) {
  const pem = pemFile(t, certificate);
  const { ports: [port, tls_port], admin } = await haproxy(t, (directory, http, https) => `
frontend all
  bind 127.0.0.1:${http}
  bind 127.0.0.1:${https} ssl crt ${pem}
  default_backend server
backend server
  server s1 127.0.0.1:${target}`, { ports: 2 });
  return { port, tls_port, cut: () => admin('shutdown sessions server server/s1') };
}

// Somebody else's certificate, whichever port it is.
export async function intercepting({ t, other, target }) {
  const pem = pemFile(t, other);
  const { port } = await haproxy(t, (directory, https) => `
frontend all
  bind 127.0.0.1:${https} ssl crt ${pem}
  default_backend server
backend server
  server s1 127.0.0.1:${target}`);
  return { port, tls_port: port };
}

// The same on the ports of WebSockets only.
export async function interceptingWebSockets(place) {
  return { ...(await intercepting(place)), ...(await working(place)) };
}
