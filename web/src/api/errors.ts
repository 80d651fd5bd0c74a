/** What calls throw. */

/** An event of a client must be named "client-...". */
export class BadEventName extends Error {}

/** No channel can have this name. */
export class BadChannelName extends Error {}

/** This build, or this kind of channel, does not have it. */
export class UnsupportedFeature extends Error {}

/** The message of whatever somebody threw or gave as an error. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

/** The HTTP status that an error carries, or 0. */
export function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 0;
  const status = Number(error.status);
  return status > 0 && status < 1000 ? status : 0;
}
