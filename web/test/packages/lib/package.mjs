// The distribution, made once for the tests of a file, and programs with its npm package installed.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const BUILDER = path('../../../build/dist.mjs');
const PROGRAMS = path('../programs');
export const MODULES = path('../node_modules');

// A folder that is gone after the test.
export function folder(t) {
  const made = mkdtempSync(`${tmpdir()}/pusher-package-`);
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

// Bundlers and npm take long on a busy machine.
const PATIENCE_MS = 180_000;

// Runs a command to its end; it has to succeed.
export async function succeed(command, args, env = {}) {
  const options = { env: { ...process.env, ...env }, timeout: PATIENCE_MS };
  await promisify(execFile)(command, args, options).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
  });
}

// What `make dist` writes, with these variables in its environment.
export async function distribution(t, env = {}) {
  const made = folder(t);
  await succeed(process.execPath, [BUILDER, made], env);
  return made;
}

// `npm pack` in the package's folder: the path of the file that would be published.
export async function pack(t, dist, version) {
  const made = folder(t);
  await succeed('npm', ['pack', `${dist}/${version}/npm`, '--pack-destination', made, '--loglevel=error']);
  return `${made}/${readdirSync(made)[0]}`;
}

// A folder with all of programs/ in it, that has the package, and only that, installed.
export async function install(t, packed) {
  const made = folder(t);
  cpSync(PROGRAMS, made, { recursive: true });
  await succeed('npm', [
    'install', packed, '--prefix', made, '--offline', '--no-audit', '--no-fund', '--loglevel=error',
  ]);
  return made;
}

// The same with one more package.
export function copyWith(t, installed, name) {
  const made = folder(t);
  cpSync(installed, made, { recursive: true });
  symlinkSync(`${MODULES}/${name}`, `${made}/node_modules/${name}`);
  return made;
}
