// Namespaces: a test that may drop packets, or mount, runs itself again where it is root and nobody else is.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

// True inside of one. Outside, where the system permits it (`probe` is a command that must work inside), runs the
// program of this process again inside and ends this process with its exit code; false where it does not.
export async function enterNamespace(mark, kinds, probe) {
  if (process.env[mark]) return true;
  const [unshare, ...args] = ['unshare', '--map-root-user', '--kill-child', ...kinds];
  if (spawnSync(unshare, [...args, ...probe], { env }).status !== 0) return false;
  const child = spawn(unshare, [...args, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...env, [mark]: '1' } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  process.exit(code ?? 1);
}

// A network of one's own.
export const inNamespace = () => enterNamespace('PUSHER_E2E_NAMESPACE', ['--net'], ['nft', 'list', 'ruleset']);

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
