/* Random integers from the platform's cryptographic source: sessions of the HTTP transports are named by
 * them, and who guesses such a name can read along. */

export interface Crypto {
  getRandomValues(numbers: Uint32Array): unknown;
}

const RANGE = 0x100000000;

export function cryptoOf(global: unknown): Crypto | undefined {
  return (global as { readonly crypto?: Crypto }).crypto;
}

export function createRandomInt(getCrypto: () => Crypto | undefined): (max: number) => number {
  return (max) => {
    const crypto = getCrypto();
    if (!crypto) {
      throw new Error('There is no crypto.getRandomValues here: set Pusher.Runtime.randomInt to a function ' +
                      'of max that returns an integer from 0 to max - 1.');
    }
    /* Numbers from the incomplete last part of the range would make small results likelier. */
    const fair = RANGE - (RANGE % max);
    const numbers = new Uint32Array(1);
    let number = RANGE;
    while (number >= fair) {
      crypto.getRandomValues(numbers);
      number = numbers[0] as number;
    }
    return number % max;
  };
}
