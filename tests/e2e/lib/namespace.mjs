// A network of one's own: a test that may drop packets runs itself again in a namespace where it is root
// and nobody else is.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const MARK = 'PUSHER_E2E_NAMESPACE';
const UNSHARE = ['unshare', '--map-root-user', '--net', '--kill-child'];
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

// True inside of one. Outside, where the system permits it, runs the program of this process again inside
// and ends this process with its exit code; false where it does not.
export async function inNamespace() {
  if (process.env[MARK]) return true;
  const [unshare, ...args] = UNSHARE;
  if (spawnSync(unshare, [...args, 'nft', 'list', 'ruleset'], { env }).status !== 0) return false;
  const child = spawn(unshare, [...args, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...env, [MARK]: '1' } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  process.exit(code ?? 1);
}

const run = (name, ...args) => execFileSync(name, args, { env, stdio: 'pipe' });

// To be called once inside: there is nothing but a loopback interface, and that is down.
export function loopbackUp() {
  run('ip', 'link', 'set', 'lo', 'up');
}

// A switch for the packets from and to a port: all of them get through, or none.
export function lossyPort(port) {
  const table = `inet port${port}`;
  run('nft', `add table ${table}
    add chain ${table} in { type filter hook input priority 0 ; }`);
  return {
    cut: () => run('nft', `add rule ${table} in tcp dport ${port} drop
      add rule ${table} in tcp sport ${port} drop`),
    restore: () => run('nft', `flush chain ${table} in`),
  };
}
