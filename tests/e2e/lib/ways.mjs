// The ways to one `pusher serve` that a client may have to take: straight, behind reverse proxies, out
// through proxies of its own side.
import { NGINX_UPGRADE, haproxy, microsocks, nginx, nginxTls, pemFile, squid, tinyproxy } from './software.mjs';
import { serve } from './servers.mjs';

export const PROXY_USER = { user: 'ann', password: 'open-sesame' };

// All of them, with `ports` for a client without TLS (http), with it (https), and one where every
// connection is dropped at once (closed); `proxy` where there is one. They end with the test.
export async function ways(t, certificate) {
  const pem = pemFile(t, certificate);
  const server = await serve(t, ['--dev-auth', '--tls-listen', '127.0.0.1:0', '--tls-cert', pem, '--tls-key', pem]);
  const tls = Number((await server.program.line('out', /^listening with TLS on /)).split(':').pop());
  const closed = (await haproxy(t, (directory, port) => `
frontend closed
  mode tcp
  bind 127.0.0.1:${port}
  tcp-request connection reject`)).port;
  const direct = { http: server.port, https: tls, closed };
  const reverse = ({ ports: [http, https] }) => ({ ports: { http, https, closed } });
  const forward = ({ program, port }, scheme, user) => ({ ports: direct, program, proxy: { scheme, port, ...user } });
  return {
    api: server.port,
    server,
    direct: { ports: direct },
    nginx: reverse(await behindNginx(t, certificate, server.port)),
    haproxy: reverse(await behindHaproxy(t, certificate, server.port)),
    tinyproxy: forward(await tinyproxy(t), 'http'),
    squid: forward(await squid(t, PROXY_USER), 'http', PROXY_USER),
    SOCKS5: forward(await microsocks(t, PROXY_USER), 'socks5h', PROXY_USER),
  };
}

// Nothing is said of buffering: that the server's own headers keep nginx from it is part of the test.
function behindNginx(t, certificate, target) {
  return nginx(t, (directory, http, https) => {
    const location = `location / { proxy_pass http://127.0.0.1:${target}; ${NGINX_UPGRADE} }`;
    return `
      server { listen 127.0.0.1:${http}; ${location} }
      server { ${nginxTls(directory, https, certificate)} ${location} }`;
  }, { ports: 2 });
}

function behindHaproxy(t, certificate, target) {
  const pem = pemFile(t, certificate);
  return haproxy(t, (directory, http, https) => `
frontend all
  bind 127.0.0.1:${http}
  bind 127.0.0.1:${https} ssl crt ${pem}
  default_backend server
backend server
  server s1 127.0.0.1:${target}`, { ports: 2 });
}

// How a puppet is told of a proxy, and who it is to that. An HTTP proxy without a password comes from the
// environment, one with it is a URL with both, a SOCKS proxy three options.
export function proxyOptions(proxy) {
  if (!proxy) return {};
  const { scheme, port, user, password } = proxy;
  const url = (login) => `${scheme}://${login}127.0.0.1:${port}`;
  if (!user) return { env: { http_proxy: url(''), https_proxy: url('') } };
  if (scheme === 'http') return { proxy: url(`${user}:${password}@`) };
  return { proxy: url(''), proxy_username: user, proxy_password: password };
}
