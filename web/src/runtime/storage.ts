/* The page's local storage. Browsers let pages without the right to it find out by an exception. */

import type { StorageLike } from './runtime';

export function localStorageOf(global: unknown): StorageLike | undefined {
  try {
    return (global as { readonly localStorage?: StorageLike | null }).localStorage ?? undefined;
  } catch {
    return undefined;
  }
}
