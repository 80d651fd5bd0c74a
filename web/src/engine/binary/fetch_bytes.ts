/* Reads a file of bytes from a URL, with a deadline. */
const DEADLINE_MS = 30_000;

export async function fetchBytes(url: string): Promise<Uint8Array> {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), DEADLINE_MS);
  try {
    const response = await fetch(url, { signal: given.signal });
    if (!response.ok) throw new Error(`the answer is ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const reason = given.signal.aborted ? 'no answer in time' : error instanceof Error ? error.message : error;
    throw new Error(`Pusher's engine could not be fetched from ${url}: ${String(reason)}`);
  } finally {
    clearTimeout(timer);
  }
}
