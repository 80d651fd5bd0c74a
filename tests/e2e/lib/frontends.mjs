// haproxy and nginx in front of a server: own instances with their own configuration, in a folder that
// goes away with the test.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import net from 'node:net';

import { freePort } from './servers.mjs';
import { Program, until } from './program.mjs';

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true)).on('error', () => end(false));
  });
}

async function start(t, command, args, folder, port) {
  const program = new Program(command, args);
  t.after(async () => {
    await program.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await until(() => {
    if (program.code !== undefined) throw program.complaint('ended at once');
    return canConnect(port);
  }, `${command} listens`);
  return { program, port };
}

const makeFolder = () => mkdtempSync(join(tmpdir(), 'pusher-e2e-'));

// haproxy: what comes to its port goes to `target`. `server` is what stands behind the target's address
// ("send-proxy"); with `certificate` (key, cert) it speaks TLS to clients.
export async function haproxy(t, target, { server = '', certificate } = {}) {
  const folder = makeFolder();
  const port = await freePort();
  if (certificate) writeFileSync(join(folder, 'pair.pem'), certificate.cert + certificate.key);
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen front
  bind 127.0.0.1:${port}${certificate ? ` ssl crt ${join(folder, 'pair.pem')} alpn http/1.1` : ''}
  server pusher 127.0.0.1:${target} ${server}
`,
  );
  return start(t, 'haproxy', ['-db', '-q', '-f', join(folder, 'haproxy.cfg')], folder, port);
}

// nginx as docs/server.md has it.
export async function nginx(t, target, { certificate } = {}) {
  const folder = makeFolder();
  const port = await freePort();
  if (certificate) {
    writeFileSync(join(folder, 'cert.pem'), certificate.cert);
    writeFileSync(join(folder, 'key.pem'), certificate.key);
  }
  const secure = `ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port}${certificate ? ' ssl' : ''};
    ${certificate ? secure : ''}
    location / {
      proxy_pass http://127.0.0.1:${target};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`,
  );
  return start(t, 'nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], folder, port);
}
