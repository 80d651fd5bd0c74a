/**
 * Bindings: who wants to hear of which event. Channels, connections, the client and the user are emitters.
 *
 * A handler that throws does not keep the others from running; the first error is thrown on when all have run.
 */
import { hide } from './hidden';

export type EventHandler = (...values: never[]) => unknown;
export type GlobalHandler = (event: string, data?: never) => unknown;

interface Binding {
  readonly handler: EventHandler;
  readonly context: unknown;
}

type Call = (...values: unknown[]) => unknown;

/** Gets what a handler threw. */
export type Caught = (error: unknown) => void;

/* What `this` is in handlers without a context. */
const GLOBAL = globalThis;

/* Runs bindings until one throws; the index of the one after. The list may grow on the way: what is bound to an
 * event by its handlers gets it too. One `try` for all is a third of the cost of one for each. */
function run(list: readonly Binding[], first: number, data: unknown, metadata: unknown, caught: Caught): number {
  let i = first;
  try {
    if (metadata !== undefined) {
      while (i < list.length) {
        const { handler, context } = list[i++]!;
        (handler as Call).call(context || GLOBAL, data, metadata);
      }
    } else if (data !== undefined) {
      while (i < list.length) {
        const { handler, context } = list[i++]!;
        (handler as Call).call(context || GLOBAL, data);
      }
    } else {
      while (i < list.length) {
        const { handler, context } = list[i++]!;
        (handler as Call).call(context || GLOBAL);
      }
    }
  } catch (error) {
    caught(error);
  }
  return i;
}

export class Emitter {
  private declare readonly bindings: Map<string, Binding[]>;
  private declare globals: GlobalHandler[];

  constructor() {
    hide(this, { bindings: new Map(), globals: [] });
  }

  /** `context` is the handler's `this`. */
  bind(event: string, handler: EventHandler, context?: unknown): this {
    const list = this.bindings.get(event);
    const binding = { handler, context };
    if (list) list.push(binding);
    else this.bindings.set(event, [binding]);
    return this;
  }

  /** Hears of every event: `(event, data)`. */
  bind_global(handler: GlobalHandler): this {
    this.globals.push(handler);
    return this;
  }

  /** The name of `bind_global` before version 4. */
  bind_all(handler: GlobalHandler): this {
    return this.bind_global(handler);
  }

  /** Removes the bindings that all given arguments apply to; with none, all but the global ones. */
  unbind(event?: string | null, handler?: EventHandler | null, context?: unknown): this {
    if (!event && !handler && !context) {
      this.bindings.clear();
      return this;
    }
    for (const name of event ? [event] : [...this.bindings.keys()]) {
      const kept = this.bindings
        .get(name)
        ?.filter((b) => (handler && b.handler !== handler) || (context && b.context !== context));
      /* A new list: handlers of an event that is being delivered still get it. */
      if (kept?.length && (handler || context)) this.bindings.set(name, kept);
      else this.bindings.delete(name);
    }
    return this;
  }

  /** Removes one global handler, or all. */
  unbind_global(handler?: GlobalHandler): this {
    this.globals = handler ? this.globals.filter((g) => g !== handler) : [];
    return this;
  }

  /** Removes every binding, the global ones too. */
  unbind_all(): this {
    this.unbind();
    return this.unbind_global();
  }

  emit(event: string, data?: unknown, metadata?: unknown): this {
    const errors: unknown[] = [];
    this.deliver(event, data, metadata, (error) => errors.push(error));
    if (errors.length) throw errors[0];
    return this;
  }

  /** Whether anybody would hear of this event. */
  wants(event: string): boolean {
    return this.globals.length > 0 || this.bindings.has(event);
  }

  /** Whether anybody listens to this very event. */
  has(event: string): boolean {
    return this.bindings.has(event);
  }

  /** Runs the global handlers, then those of the event. */
  deliver(event: string, data: unknown, metadata: unknown, caught: Caught): void {
    const globals = this.globals;
    for (let i = 0; i < globals.length; i++) {
      try {
        (globals[i] as Call)(event, data);
      } catch (error) {
        caught(error);
      }
    }
    const list = this.bindings.get(event);
    if (!list) return;
    for (let done = 0; done < list.length; ) done = run(list, done, data, metadata, caught);
  }
}
