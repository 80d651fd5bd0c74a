/** `pusher.user`: who has signed in, the events sent to them, and whom they watch. */
import type { Client } from '../engine/client';
import { Emitter } from './emitter';
import { hide } from './hidden';

export class User extends Emitter {
  /** What the service says of the user; null: nobody is signed in. */
  user_data: Record<string, unknown> | null = null;
  /** Settles when the sign-in that is under way has ended, well or not. */
  signinDonePromise: Promise<void> | null = null;
  /** Tells who of the watched users comes and goes. */
  readonly watchlist = new Emitter();
  private declare readonly client: () => Client;
  private declare done: (() => void) | null;

  constructor(client: () => Client) {
    super();
    hide(this, { client, done: null });
  }

  signin(): void {
    this.client().signin();
  }

  /** The engine tells who is signed in; `done` is false while a sign-in is under way. */
  become(data: Record<string, unknown> | null, done: boolean): void {
    this.user_data = data;
    if (!done && !this.done) {
      this.signinDonePromise = new Promise((resolve) => {
        this.done = resolve;
      });
    } else if (done && this.done) {
      this.done();
      this.done = null;
    }
  }
}
