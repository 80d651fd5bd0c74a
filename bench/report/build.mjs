// Builds what is measured: in a folder of its own, as it is installed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { targetsOf } from './benchmarks.mjs';

const OPTIONS = ['-DPUSHER_BUILD_TESTS=OFF', '-DPUSHER_BUILD_EXAMPLES=OFF', '--log-level=WARNING'];

export class Build {
  constructor(root) {
    this.root = root;
    this.folder = join(root, 'build-bench');
  }

  // What it prints goes to standard error: standard output is the report's.
  cmake(...words) {
    return spawnSync('cmake', words, { cwd: this.root, stdio: ['ignore', 2, 2] }).status === 0;
  }

  build(targets) {
    return this.cmake('--build', this.folder, '-j', process.env.JOBS ?? '2', '--target', ...new Set(targets));
  }

  // The benchmarks that can't be built, of these. One that can't does not keep the others from being measured.
  prepare(benchmarks) {
    const type = '-DCMAKE_BUILD_TYPE=RelWithDebInfo';
    if (!this.cmake('-S', this.root, '-B', this.folder, '-G', 'Ninja', type, ...OPTIONS)) return benchmarks;
    if (this.build(benchmarks.flatMap(targetsOf))) return [];
    return benchmarks.filter((one) => !this.build(targetsOf(one)));
  }

  // How a benchmark is called, but for its flags.
  command({ name, script }) {
    if (script) return [process.execPath, join(this.root, 'bench', script)];
    return [join(this.folder, 'bin', `bench_${name}`)];
  }

  environment() {
    return {
      ...process.env,
      BENCH_BUILD: this.folder,
      BENCH_CLIENT: join(this.folder, 'bin/bench_client_authorize'),
      PUSHER_BIN: join(this.folder, 'pusher'),
      PUSHER_WASM: join(this.folder, 'web/pusher.wasm'),
    };
  }
}
