/* From the bytes of pusher.wasm to its exports, and the one error for where that is not allowed. */
import type { EngineExports } from '../exports';

export function compile(bytes: Uint8Array): WebAssembly.Module {
  return guarded(() => new WebAssembly.Module(bytes as BufferSource));
}

export function instantiate(module: WebAssembly.Module): EngineExports {
  return guarded(() => new WebAssembly.Instance(module).exports as unknown as EngineExports);
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refused(error);
  }
}

export function refused(error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(
    `Pusher's engine could not be compiled as WebAssembly (${reason}). Allow it by ` +
      "script-src 'wasm-unsafe-eval' in the Content-Security-Policy, or use pusher.nowasm.js instead, " +
      'which needs no WebAssembly.',
  );
}
