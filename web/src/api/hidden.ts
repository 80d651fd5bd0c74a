/**
 * Properties that are the library's own. Programs copy, print and observe channels and members: what hangs on
 * these must not come along.
 */
export function hide<T extends object>(object: T, values: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(values)) {
    Object.defineProperty(object, name, { value: values[name], writable: true, configurable: true });
  }
}
