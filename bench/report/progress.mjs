// What is going on, on standard error: a terminal gets one line that is written anew each second, a file a line
// for each benchmark that has ended.
import { duration } from './numbers.mjs';

const CLEAR_LINE = '\r\x1b[K';

export class Progress {
  constructor(stream, total) {
    this.stream = stream;
    this.total = total;
    this.began = Date.now();
  }

  begin(number, name) {
    this.current = { number, name, began: Date.now() };
    if (!this.stream.isTTY) return;
    this.draw();
    this.timer = setInterval(() => this.draw(), 1000);
  }

  // Says how it went.
  end(text) {
    clearInterval(this.timer);
    const { number, name, began } = this.current;
    const line = `[${number}/${this.total}] ${name}: ${text}, ${duration((Date.now() - began) / 1000)}`;
    this.stream.write(`${this.stream.isTTY ? CLEAR_LINE : ''}${line}\n`);
  }

  draw() {
    const { number, name, began } = this.current;
    const now = Date.now();
    const all = number > 1 ? `; ${duration((now - this.began) / 1000)} in all` : '';
    this.stream.write(`${CLEAR_LINE}[${number}/${this.total}] ${name} ... ${duration((now - began) / 1000)}${all}`);
  }
}
