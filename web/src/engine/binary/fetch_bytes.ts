/* Reads a file of bytes from a URL, with a deadline. */
const DEADLINE_MS = 30_000;

export async function fetchBytes(url: string): Promise<Uint8Array> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), DEADLINE_MS);
  try {
    const response = await fetch(url, { signal: patience.signal });
    if (!response.ok) throw new Error(`the answer is ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const why = patience.signal.aborted ? 'no answer in time' : reason;
    throw new Error(`Pusher's engine could not be fetched from ${url}: ${why}`);
  } finally {
    clearTimeout(timer);
  }
}
