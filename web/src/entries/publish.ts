/* Hands the constructor to whoever has loaded the script: AMD (anonymous), CommonJS, or a global. In a page
 * the global is there in any case, as programs written for pusher-js expect. */
interface Define {
  (dependencies: string[], factory: () => unknown): void;
  readonly amd?: unknown;
}
declare const define: Define | undefined;
declare const module: { exports: unknown } | undefined;

export function publish(constructor: unknown): void {
  const amd = typeof define === 'function' && define.amd;
  const commonjs = typeof module === 'object' && module.exports;
  if (commonjs) module.exports = constructor;
  else if (amd) define([], () => constructor);
  if (typeof window === 'object' || !(amd || commonjs)) {
    (globalThis as { Pusher?: unknown }).Pusher = constructor;
  }
}
