/* What a page has on `Pusher` beside the library itself, so that programs can reach and replace it. */

import type { DependencyLoader, DependencyLoaderOptions } from './dependency_loader';
import type { Runtime } from './runtime';
import type { ScriptReceiverFactory } from './script_receivers';

export type AuthCallbacks = Record<string, ((data: unknown) => void) | undefined>;

export interface PageStatics {
  Runtime: Runtime;
  /** Hosts of the dependencies' versioned folders; empty: beside the script. */
  cdn_http: string;
  cdn_https: string;
  dependency_suffix: string;
  ScriptReceiverFactory: typeof ScriptReceiverFactory;
  ScriptReceivers: ScriptReceiverFactory;
  DependenciesReceivers: ScriptReceiverFactory;
  DependencyLoader: new (options: DependencyLoaderOptions) => DependencyLoader;
  Dependencies: DependencyLoader;
  auth_callbacks: AuthCallbacks;
}
