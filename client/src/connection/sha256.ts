// SHA-256 (FIPS 180-4), for naming a link in the storage without holding its
// token. The browser's own needs https, and pages on plain http have links too.

const K = constants(64, 1 / 3);
const START = constants(8, 1 / 2);

/** sha256 returns the digest of a text's UTF-8 bytes as 64 hex digits. */
export function sha256(text: string): string {
  const state = Uint32Array.from(START);
  const message = padded(new TextEncoder().encode(text));
  const view = new DataView(message.buffer);
  for (let at = 0; at < message.length; at += 64) compress(state, view, at);
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

// padded ends the message with a one bit, zeros, and its length in bits.
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  new DataView(whole.buffer).setUint32(whole.length - 4, bytes.length * 8);
  return whole;
}

function compress(state: Uint32Array, block: DataView, at: number): void {
  const w = new Uint32Array(64);
  for (let t = 0; t < 64; t++) w[t] = t < 16 ? block.getUint32(at + t * 4) : schedule(w, t);
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + (K[t] ?? 0) + (w[t] ?? 0);
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + value;
}

function schedule(w: Uint32Array, t: number): number {
  const [early, late] = [w[t - 15] ?? 0, w[t - 2] ?? 0];
  const first = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
  const second = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
  return (w[t - 16] ?? 0) + first + (w[t - 7] ?? 0) + second;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

// constants are the first 32 bits of the fractions of the roots of the first primes.
function constants(count: number, power: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes.map((p) => ((p ** power % 1) * 2 ** 32) >>> 0);
}
