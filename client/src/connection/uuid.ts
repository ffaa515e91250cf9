/**
 * uuid makes a UUID of version 7: time first, so that records made together
 * lie together in an index. It needs getRandomValues only, which, unlike
 * randomUUID, is there on a plain http page too.
 */
export function uuid(nowMs: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = Math.floor(nowMs).toString(16).padStart(12, '0').slice(-12);
  const hex = time + [...bytes.subarray(6)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
