// Other people's servers and proxies, each a child process with a folder, a configuration and a port
// of its own. Nothing of the system's own installation of them is used but the programs.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import net from 'node:net';

import { Program, soon } from './program.mjs';
import { freePort } from './servers.mjs';

// How often a port is chosen anew when somebody else was quicker to take it.
const ATTEMPTS = 5;

// An ordinary user has no folders with system programs in the PATH.
const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

const isRoot = process.getuid() === 0;

// A folder that everybody can read: squid gives up root's rights. It ends with the test.
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'pusher-e2e-'));
  chmodSync(path, 0o755);
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy());
    socket.on('connect', () => socket.destroy());
  });
}

// True once the port takes connections, false when the program has ended before.
async function isUp(program, port) {
  while (program.code === undefined) {
    if (await accepts(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

// Starts a program on ports that the system chose: `ports` of them are given to `command`, which tells
// [program, ...arguments]. Ready when the first port takes connections; ends with the test.
async function start(t, { ports = 1, signal = 'SIGKILL' }, command) {
  for (let attempt = 1; ; attempt++) {
    const chosen = [];
    while (chosen.length < ports) chosen.push(await freePort());
    const [name, ...args] = command(...chosen);
    const program = new Program(name, args, { env: { PATH } });
    if (await soon(isUp(program, chosen[0]), `${name} takes connections`)) {
      t.after(() => program.stop(signal));
      return { program, port: chosen[0], ports: chosen };
    }
    if (attempt === ATTEMPTS) throw program.complaint('does not start');
  }
}

// A file for a configuration or a secret of one of them.
function write(directory, name, text) {
  const path = join(directory, name);
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

// A certificate of lib/certificates.mjs as one PEM file, as haproxy wants it.
export function pemFile(t, { key, cert }) {
  return write(folder(t), 'server.pem', `${cert}\n${key}`);
}

// nginx with the given `http` block; `block(directory, ...ports)` writes it.
export async function nginx(t, block, { ports = 1 } = {}) {
  const directory = folder(t);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`).join(' ');
  return start(t, { ports }, (...chosen) => {
    const config = write(directory, 'nginx.conf', `
      daemon off; master_process off; ${isRoot ? 'user root;' : ''} pid ${directory}/pid; error_log stderr warn;
      events { worker_connections 512; }
      http {
        access_log off; ${temporary}
        map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
        ${block(directory, ...chosen)}
      }`);
    return ['nginx', '-p', directory, '-c', config, '-e', 'stderr'];
  });
}

// What an nginx location needs to pass WebSockets on.
export const NGINX_UPGRADE = `
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header Host $http_host;`;

// The lines of an nginx server that speaks TLS with a certificate of lib/certificates.mjs.
export function nginxTls(directory, port, { key, cert }) {
  return `listen 127.0.0.1:${port} ssl;
    ssl_certificate ${write(directory, 'server.pem', cert)};
    ssl_certificate_key ${write(directory, 'server.key', key)};`;
}

// haproxy; `sections(directory, ...ports)` writes what follows the defaults. `admin` takes a command of
// its runtime API.
export async function haproxy(t, sections, { ports = 1, global = '' } = {}) {
  const directory = folder(t);
  const socket = join(directory, 'admin');
  const started = await start(t, { ports }, (...chosen) => {
    const config = write(directory, 'haproxy.cfg', `
global
  maxconn 512
  stats socket ${socket} mode 600 level admin
  ${global}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
${sections(directory, ...chosen)}
`);
    return ['haproxy', '-db', '-f', config];
  });
  return { ...started, admin: (command) => ask(socket, command) };
}

// Asks haproxy's runtime API.
async function ask(path, command) {
  const socket = net.connect(path);
  socket.end(`${command}\n`);
  let answer = '';
  for await (const piece of socket) answer += piece;
  return answer.trim();
}

// tinyproxy: an HTTP proxy that connects to any port.
export function tinyproxy(t) {
  const directory = folder(t);
  return start(t, {}, (port) => ['tinyproxy', '-d', '-c', write(directory, 'tinyproxy.conf', `
Port ${port}
Listen 127.0.0.1
Timeout 600
MaxClients 200
Allow 127.0.0.1
`)]);
}

// squid: an HTTP proxy that asks for this user's password. Its name is that of its shared memory, which
// all squids of the machine have in one place, and which it removes when it ends by itself.
export function squid(t, { user, password }) {
  const directory = folder(t);
  const name = `e2e${basename(directory).replace(/\W/g, '')}`;
  const hash = execFileSync('openssl', ['passwd', '-apr1', password], { encoding: 'utf8' }).trim();
  const users = write(directory, 'users', `${user}:${hash}\n`);
  return start(t, { signal: 'SIGTERM' }, (port) => ['squid', '-N', '-n', name, '-d', '1', '-f', write(directory, 'squid.conf', `
http_port 127.0.0.1:${port}
pid_filename none
access_log none
cache_log /dev/null
cache_store_log none
cache deny all
cache_mem 0 MB
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
max_filedescriptors 1024
coredump_dir none
visible_hostname localhost
${isRoot ? 'cache_effective_user proxy' : ''}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${users}
auth_param basic children 1
auth_param basic realm tests
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
`)]);
}

// microsocks: a SOCKS5 proxy that asks for this user's password.
export function microsocks(t, { user, password }) {
  return start(t, {}, (port) =>
    ['microsocks', '-i', '127.0.0.1', '-p', String(port), '-u', user, '-P', password]);
}
