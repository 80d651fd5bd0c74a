// Where it was measured, and what beside: what a reader must know to make anything of the numbers.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

const PATIENCE_MS = 20_000;

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

// The first line that a command prints, if there is such a command.
function says(command, ...words) {
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8', timeout: PATIENCE_MS });
  return status === 0 ? stdout.split('\n')[0].trim() : undefined;
}

function firstOf(...commands) {
  for (const command of commands) {
    const line = says(command, '--version');
    if (line) return line;
  }
  return undefined;
}

const onlyNumber = (line) => line?.match(/\d+(\.\d+)+/)?.[0];

function compiler(build) {
  const path = read(join(build, 'CMakeCache.txt')).match(/^CMAKE_C_COMPILER:\w+=(.+)$/m)?.[1];
  return path && says(path, '--version');
}

export function machine(root, build) {
  return {
    cpu: os.cpus()[0]?.model.trim(),
    cores: os.cpus().length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: read('/etc/os-release').match(/^PRETTY_NAME="?([^"\n]+)/m)?.[1] ?? os.type(),
    kernel: `${os.type()} ${os.release()}`,
    compiler: compiler(build),
    node: process.version,
    'pusher-c': [read(join(root, 'VERSION')).trim(), says('git', '-C', root, 'rev-parse', '--short', 'HEAD')]
      .filter(Boolean).join(', commit '),
  };
}

// Versions of other people's programs, of those that are there.
export function peers(root) {
  const packaged = (folder, name) => {
    const text = read(join(root, folder, 'node_modules', name, 'package.json'));
    if (!text) return undefined;
    const { name: published, version } = JSON.parse(text);
    return published === name ? version : `${version} of npm's ${published}`;
  };
  const all = {
    'pusher-js': packaged('tests/e2e', 'pusher-js'),
    soketi: packaged('tests/e2e/soketi', '@soketi/soketi'),
    'uWebSockets.js': packaged('tests/e2e/soketi', 'uWebSockets.js'),
    ws: packaged('web', 'ws'),
    'nats-server': onlyNumber(firstOf('nats-server')),
    wslay: read('/usr/include/wslay/wslayver.h').match(/WSLAY_VERSION "([^"]+)/)?.[1],
    Chromium: onlyNumber(firstOf('chromium', 'google-chrome')),
    Firefox: onlyNumber(firstOf('firefox-esr', 'firefox')),
  };
  return Object.fromEntries(Object.entries(all).filter(([, version]) => version));
}
