/* Functions of others: one that throws does not keep the rest from being called. */

/** Calls all, then throws the first error. */
export function callAll<Arguments extends unknown[]>(functions: ReadonlyArray<(...args: Arguments) => void>,
                                                     ...args: Arguments): void {
  const errors: unknown[] = [];
  for (const call of functions.slice()) {
    try {
      call(...args);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}
