/* Pages: the platform with a document. */

import { createBaseRuntime } from './base';
import { DependencyLoader, type DependencyLoaderOptions } from './dependency_loader';
import { requestJSONP } from './jsonp';
import { createNetwork } from './network';
import type { PageStatics } from './page_statics';
import type { Runtime, WebSocketConstructor, XHRConstructor } from './runtime';
import type { ScriptPlace } from './script_place';
import { ScriptReceiverFactory } from './script_receivers';
import { createSockJS } from './sockjs';
import { localStorageOf } from './storage';

/* The members that a page has beside or in place of those that are everywhere. */
interface PageGlobal {
  readonly document?: Document;
  readonly WebSocket?: WebSocketConstructor;
  readonly MozWebSocket?: WebSocketConstructor;
  readonly XMLHttpRequest?: XHRConstructor;
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
}

function createPageRuntime(statics: PageStatics): Runtime {
  const runtime = createBaseRuntime('page');
  const page = () => runtime.getGlobal() as unknown as PageGlobal;
  const network = createNetwork(() => page());
  const own: Partial<Runtime> = {
    getDocument: () => page().document,
    getProtocol: () => (runtime.getDocument()?.location?.protocol === 'https:' ? 'https:' : 'http:'),
    getLocalStorage: () => localStorageOf(runtime.getGlobal()),
    getNetwork: () => network,
    getWebSocketAPI: () => page().WebSocket ?? page().MozWebSocket,
    isXHRSupported() {
      const XHR = runtime.getXHRAPI();
      return XHR !== undefined && 'withCredentials' in new XHR();
    },
    isSockJSSupported: () => runtime.getDocument() !== undefined,
    createSockJS: (url, options, done) => createSockJS(statics, url, options, done),
    jsonp: (kind, start, end, done) => requestJSONP(statics, kind, start, end, done),
    /* Unlike `unload`, `pagehide` lets the browser keep the page for going back to it. */
    addUnloadListener(listener) {
      const window = page();
      const told = () => listener();
      window.addEventListener?.('pagehide', told);
      return () => window.removeEventListener?.('pagehide', told);
    },
    isReady() {
      const document = runtime.getDocument();
      return document === undefined || Boolean(document.body);
    },
    whenReady(ready) {
      if (runtime.isReady()) {
        ready();
      } else {
        runtime.setTimeout(() => runtime.whenReady(ready), 0);
      }
    },
  };
  return Object.assign(runtime, own);
}

/** Puts the platform and all that pages have onto `Pusher`. Nothing is done before it is used. */
export function installPage(pusher: object, place: ScriptPlace | undefined): void {
  const statics = pusher as PageStatics;
  statics.Runtime = createPageRuntime(statics);
  statics.auth_callbacks = {};
  statics.ScriptReceiverFactory = ScriptReceiverFactory;
  statics.ScriptReceivers = new ScriptReceiverFactory('_pusher_script_', 'Pusher.ScriptReceivers');
  statics.DependenciesReceivers =
    new ScriptReceiverFactory('_pusher_dependencies', 'Pusher.DependenciesReceivers');
  statics.cdn_http = __CDN_HTTP__;
  statics.cdn_https = __CDN_HTTPS__;
  statics.dependency_suffix = place?.suffix || __DEPENDENCY_SUFFIX__;
  statics.DependencyLoader = class extends DependencyLoader {
    constructor(options: DependencyLoaderOptions) {
      super(options, statics);
    }
  };
  /* Programs may set the hosts and the suffix as long as nothing has been loaded. */
  statics.Dependencies = new statics.DependencyLoader({
    get cdn_http() {
      return statics.cdn_http;
    },
    get cdn_https() {
      return statics.cdn_https;
    },
    get suffix() {
      return statics.dependency_suffix;
    },
    version: __VERSION__,
    folder: place?.folder,
    get receivers() {
      return statics.DependenciesReceivers;
    },
  });
}
