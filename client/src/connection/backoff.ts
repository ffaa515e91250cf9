/** The longest wait before the first and before any later attempt to connect. */
export const RECONNECT_MIN_MS = 250;
export const RECONNECT_MAX_MS = 10_000;

/**
 * backoffMs is how long to wait before attempt n = 0, 1, 2, …: full jitter, so
 * that the members of a room do not come back to a server all at once.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const most = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(attempt, 16));
  return Math.floor(random() * most);
}
