/* SockJS sockets: npm's SockJS client, whose file is loaded when the first is made. */

import type { PageStatics } from './page_statics';
import type { SockJSDone, SockJSOptions, WebSocketLike } from './runtime';

interface ConstructorOptions {
  readonly js_path: string;
  readonly ignore_null_origin: boolean | undefined;
}

type SockJSConstructor = new (url: string, reserved: null, options: ConstructorOptions) => WebSocketLike;

type Host = Pick<PageStatics, 'Runtime' | 'Dependencies'>;

export function createSockJS(host: Host, url: string, options: SockJSOptions, done: SockJSDone): void {
  const request = { useTLS: options.useTLS ?? /^https:/.test(url), origin: originOf(url) };
  if (sockJSOf(host)) {
    host.Runtime.setTimeout(() => construct(host, url, options, pathOf(host, request), done), 0);
    return;
  }
  const loader = host.Dependencies;
  loader.load('sockjs', request, (error, loaded) => {
    const complete = error === null && sockJSOf(host) !== undefined;
    loaded(complete);
    if (complete) {
      construct(host, url, options, pathOf(host, request), done);
    } else {
      done(new Error(error ?? `${pathOf(host, request)} was loaded, but it does not set the global SockJS: ` +
                     'put the sockjs file of this distribution there.'));
    }
  });
}

function construct(host: Host, url: string, options: SockJSOptions, path: string, done: SockJSDone): void {
  let socket: WebSocketLike;
  try {
    const SockJS = sockJSOf(host) as SockJSConstructor;
    socket = new SockJS(url, null, { js_path: path, ignore_null_origin: options.ignoreNullOrigin });
  } catch (error) {
    done(error);
    return;
  }
  done(null, socket);
}

function sockJSOf(host: Host): SockJSConstructor | undefined {
  return (host.Runtime.getGlobal() as { readonly SockJS?: SockJSConstructor }).SockJS;
}

/* A page that brings SockJS along need not know of a place for it. */
function pathOf(host: Host, request: { useTLS: boolean; origin: string }): string {
  return host.Dependencies.getPath('sockjs', request);
}

function originOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
}
