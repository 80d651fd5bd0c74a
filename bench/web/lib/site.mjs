// The site of a benchmark's page: the libraries, the scripts, and what the page reports and asks.
import http from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const SCRIPT = 'text/javascript; charset=utf-8';

// files: { '/path.js': the file's path }. The page at / loads those of `scripts`, in their order. call(message)
// is told what the page sends by `call`, and its result is the page's answer.
export async function startSite({ files, scripts, call }) {
  const html = `<!doctype html><title>benchmark</title><body>
<script>
const call = async (message) =>
  (await fetch('/call', { method: 'POST', body: JSON.stringify(message) })).json();
addEventListener('error', (event) => call({ broken: event.message }));
addEventListener('unhandledrejection', (event) => call({ broken: String(event.reason?.stack ?? event.reason) }));
</script>
${scripts.map((script) => `<script src="${script}"></script>`).join('\n')}`;
  const server = http.createServer(async (request, response) => {
    const answer = (status, type, body) =>
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
    const path = request.url.split('?')[0];
    if (path === '/') return answer(200, 'text/html; charset=utf-8', html);
    if (path === '/call') {
      let body = '';
      for await (const piece of request) body += piece;
      return answer(200, 'application/json', JSON.stringify((await call(JSON.parse(body))) ?? null));
    }
    if (!Object.hasOwn(files, path)) return answer(404, 'text/plain', 'There is no such file.');
    answer(200, SCRIPT, readFileSync(files[path]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
