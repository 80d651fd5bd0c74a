/* Reads bytes from the text that build/engine_text.mjs has written; that file tells the code. */
const FREQUENT = 88;

export function decode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  let size = 0;
  let high = -1;
  for (let i = 0; i < text.length; i++) {
    let number = text.charCodeAt(i) - 35;
    if (number > 56) number--;
    if (high >= 0) {
      bytes[size++] = high * FREQUENT + number;
      high = -1;
    } else if (number < FREQUENT) {
      bytes[size++] = bytes[number] as number;
    } else {
      high = number - FREQUENT;
    }
  }
  return bytes.slice(FREQUENT, size);
}
