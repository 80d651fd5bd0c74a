/* Files that are fetched when they are needed first (the SockJS client is the only one), and where they
 * are: in the versioned folder of a named host, else beside the script, else at the host that the client
 * connects to, which serves them too. No other host is ever asked. */

import { callAll } from './call_all';
import type { PageStatics } from './page_statics';
import { requestScript } from './script_request';
import type { ScriptReceiverFactory } from './script_receivers';

export interface DependencyLoaderOptions {
  readonly cdn_http?: string;
  readonly cdn_https?: string;
  readonly version?: string;
  readonly suffix?: string;
  readonly receivers?: ScriptReceiverFactory;
  /** The folder of the script itself, for where no host is named. */
  readonly folder?: string;
}

export interface DependencyRequest {
  /** Whether TLS is wanted; a page that came over TLS always wants it. */
  readonly useTLS?: boolean;
  /** The same, as it was called once. */
  readonly encrypted?: boolean;
  /** The host that is connected to, for where nothing else is known. */
  readonly origin?: string;
}

/** `done` says whether the file did what it was loaded for; its script tag is removed if not. */
export type DependencyCallback = (error: string | null, done: (success: boolean) => void) => void;

const DEADLINE_MS = 30000;

export class DependencyLoader {
  private readonly waiting = new Map<string, DependencyCallback[]>();

  constructor(readonly options: DependencyLoaderOptions,
              private readonly host: Pick<PageStatics, 'Runtime' | 'ScriptReceivers'>) {}

  /** Loads of one name at the same time share one script tag. Nothing is kept of them afterwards. */
  load(name: string, request: DependencyRequest, callback: DependencyCallback): void {
    const waiting = this.waiting.get(name);
    if (waiting) {
      waiting.push(callback);
      return;
    }
    this.waiting.set(name, [callback]);
    try {
      this.request(name, this.getPath(name, request));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.host.Runtime.setTimeout(() => this.finish(name, text, () => undefined), 0);
    }
  }

  /** The folder of the files. */
  getRoot(request: DependencyRequest = {}): string {
    const { cdn_http, cdn_https, version, folder } = this.options;
    const secure = request.useTLS || request.encrypted || this.host.Runtime.getProtocol() === 'https:';
    const host = secure ? cdn_https : cdn_http || cdn_https;
    if (host) {
      return `${withoutSlashes(host)}/${version}`;
    }
    if (folder) {
      return withoutSlashes(folder);
    }
    if (request.origin) {
      return `${withoutSlashes(request.origin)}/js/${version}`;
    }
    throw new Error('No place is known for the files that come with pusher.js: set Pusher.Dependencies to ' +
                    'a new Pusher.DependencyLoader({cdn_http, cdn_https, version, suffix}).');
  }

  getPath(name: string, request: DependencyRequest = {}): string {
    return `${this.getRoot(request)}/${name}${this.options.suffix ?? ''}.js`;
  }

  private request(name: string, url: string): void {
    const runtime = this.host.Runtime;
    const document = runtime.getDocument();
    if (!document) {
      throw new Error(`${url} can be loaded by a page only.`);
    }
    const receivers = this.options.receivers ?? this.host.ScriptReceivers;
    const receiver = receivers.create((error) => {
      receivers.remove(receiver);
      runtime.clearTimeout(deadline);
      this.finish(name, error ? String(error) : null, () => script.remove());
    });
    const deadline = runtime.setTimeout(() => {
      receiver.callback(`Error loading ${url}: no answer within ${DEADLINE_MS / 1000} seconds`);
    }, DEADLINE_MS);
    const script = requestScript(document, url, receiver.id, receiver.callback);
  }

  private finish(name: string, error: string | null, remove: () => void): void {
    const callbacks = this.waiting.get(name) ?? [];
    this.waiting.delete(name);
    if (error !== null) {
      remove();
    }
    callAll(callbacks, error, (success: boolean) => {
      if (!success) {
        remove();
      }
    });
  }
}

function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, '');
}
