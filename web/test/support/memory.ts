// How large the memory of the library's module is, seen from outside: the module's instances are watched
// as they are made. Importing this begins the watch, so it must be imported before the first client.

const memories: WebAssembly.Memory[] = [];
const buffers: WeakRef<ArrayBuffer>[] = [];

// As plain JavaScript the module has an ArrayBuffer for its memory, and a larger one when that grows.
const MODULE_SIZE = 65_536;

if (typeof WebAssembly === 'object') {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args: ConstructorParameters<typeof Instance>) {
      const instance = new target(...args);
      const { memory } = instance.exports;
      if (memory instanceof WebAssembly.Memory) memories.push(memory);
      return instance;
    },
  });
}

globalThis.ArrayBuffer = new Proxy(ArrayBuffer, {
  construct(target, args: ConstructorParameters<typeof ArrayBuffer>, newTarget: new () => ArrayBuffer) {
    const buffer = Reflect.construct(target, args, newTarget) as ArrayBuffer;
    if (buffer.byteLength >= MODULE_SIZE) buffers.push(new WeakRef(buffer));
    return buffer;
  },
});

/** Bytes, or undefined where no module has been seen. */
export function moduleMemory(): number | undefined {
  if (memories.length > 0) return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  const sizes = buffers.map((buffer) => buffer.deref()?.byteLength ?? 0);
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}
