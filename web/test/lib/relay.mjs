// The way to a server, which tests can make bad: connections are refused, cut, or stay without a word.
import net from 'node:net';
import { once } from 'node:events';

export class Relay {
  constructor(target) {
    this.target = target;
    this.pairs = new Set();
    this.silent = false;
  }

  // On a port that the system chooses, and later on the same one.
  async listen() {
    this.server = net.createServer((socket) => this.accept(socket));
    this.server.listen(this.port ?? 0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    return this.port;
  }

  accept(near) {
    const far = net.connect(this.target, '127.0.0.1');
    const pair = [near, far];
    this.pairs.add(pair);
    for (const [one, other] of [pair, pair.slice().reverse()]) {
      one.on('data', (bytes) => this.silent || other.write(bytes));
      one.on('error', () => {}).on('close', () => {
        this.pairs.delete(pair);
        if (!this.silent) other.destroy();
      });
    }
  }

  // pass: as if it were not there. refuse: nobody listens, nobody is connected. silence: nothing gets through,
  // in neither direction, and nobody hears of it. cut: what is connected is cut, and may come again.
  async set(mode) {
    if (!['pass', 'refuse', 'silence', 'cut'].includes(mode)) throw new Error(`no such mode: ${mode}`);
    if (mode !== 'silence') this.cutIf(mode !== 'pass' || this.silent);
    this.silent = mode === 'silence';
    if (mode === 'refuse') await this.close();
    else if (!this.server) await this.listen();
  }

  cutIf(condition) {
    if (condition) for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  async close() {
    this.cutIf(true);
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
