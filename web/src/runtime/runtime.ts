/* What the library needs of the platform it runs on. `Pusher.Runtime` is one object of this shape, and
 * programs replace members of it at any time: everybody calls through it and keeps none of its functions.
 * Implementations call each other through the same object, and work without `this`. */

export interface Runtime {
  readonly name: 'page' | 'worker' | 'node' | 'none';
  getGlobal(): typeof globalThis;
  /** undefined elsewhere than in a page. */
  getDocument(): Document | undefined;
  /** The page's; 'http:' where there is no page. */
  getProtocol(): 'http:' | 'https:';
  /** undefined where there is none, or where the page may not use it. */
  getLocalStorage(): StorageLike | undefined;
  getNetwork(): Network;
  getWebSocketAPI(): WebSocketConstructor | undefined;
  /** Throws what the constructor throws, and an Error that says what to do where there is none. */
  createWebSocket(url: string): WebSocketLike;
  getXHRAPI(): XHRConstructor | undefined;
  /** Throws an Error that says what to do where requests can't be made. */
  createXHR(): XHRLike;
  /** Whether requests may go to other hosts. */
  isXHRSupported(): boolean;
  isSockJSSupported(): boolean;
  /** Loads the file of the SockJS client if need be, and makes a socket. `done` is called once, never
   *  before this returns. A caller that has lost interest by then closes the socket. */
  createSockJS(url: string, options: SockJSOptions, done: SockJSDone): void;
  /** Asks by a script tag; absent where there are none. The URL is start, a number of ours, end. `done`
   *  is called at most once: with an error, or with null and what the script has called back with. The
   *  function that is returned gives up: `done` is not called after it. There is no deadline here. */
  jsonp?(kind: JSONPKind, start: string, end: string, done: JSONPDone): () => void;
  /** Told when the page is left, be it for good or for the browser's back-forward cache. The function
   *  that is returned removes the listener. */
  addUnloadListener(listener: () => void): () => void;
  /** Calls at once where isReady, else as soon as it is. */
  whenReady(ready: () => void): void;
  /** Whether connections may begin: a page has its body by then. */
  isReady(): boolean;
  /** Milliseconds that never go back. */
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
  setTimeout(f: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
  /** From 0 to max - 1, from the platform's cryptographic source. */
  randomInt(max: number): number;
}

export type JSONPKind = 'auth' | 'stats';
export type JSONPDone = (error: unknown, data?: unknown) => void;
export type SockJSDone = (error: unknown, socket?: WebSocketLike) => void;

/* Shapes of our own for what platforms bring along, so that published types need no DOM library. They
 * hold what the library uses. */

export interface CloseLike {
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** A WebSocket, or what behaves like one. */
export interface WebSocketLike {
  onopen: ((event?: unknown) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event?: unknown) => void) | null;
  onclose: ((event?: CloseLike) => void) | null;
  readonly readyState?: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** An XMLHttpRequest, or what behaves like one. */
export interface XHRLike {
  onreadystatechange: ((event?: unknown) => void) | null;
  onprogress?: ((event?: unknown) => void) | null;
  readonly readyState: number;
  readonly status: number;
  readonly responseText: string;
  withCredentials: boolean;
  open(method: string, url: string, async?: boolean): void;
  setRequestHeader(name: string, value: string): void;
  send(body?: string | null): void;
  abort(): void;
}

export type XHRConstructor = new () => XHRLike;

export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export type NetworkEvent = 'online' | 'offline';

/** Tells when the machine gets a network and when it loses it. */
export interface Network {
  isOnline(): boolean;
  bind(event: NetworkEvent, callback: () => void): unknown;
  unbind(event?: NetworkEvent, callback?: () => void): unknown;
}

export interface SockJSOptions {
  readonly useTLS?: boolean;
  /** Passed on to the SockJS client where it is given. */
  readonly ignoreNullOrigin?: boolean;
}
