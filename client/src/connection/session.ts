import type { Me } from '../replica/types';
import type { Store } from './storage';
import type { Boot, JoinResult, StopReason } from './types';

/** Authorized says whether there is a session to open a socket with. */
export type Authorized =
  | { readonly kind: 'ok' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'stop'; readonly why: StopReason };

export interface SessionOptions {
  readonly boot: Boot;
  /** token is the link token of the page's path, or null. */
  readonly token: string | null;
  readonly fetch: typeof fetch;
  readonly store: Store;
}

interface Joined {
  readonly session_token: string;
  readonly me: Me | null;
}

type Answer =
  | { readonly joined: Joined }
  | { readonly status: number; readonly message: string; readonly field?: string };

const UNREACHABLE = 'The server cannot be reached right now. Try again in a moment.';

/** Session is this page's right to be in the room: the link's session token, or the cookie. */
export class Session {
  readonly #options: SessionOptions;
  #token: string | null = null;
  /** cookie: the cookie that the page came with is good enough. */
  #cookie: boolean;
  #loaded: Promise<void> | null = null;
  #key: string | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#cookie = options.boot.session || options.token === null;
  }

  /** token is the session token for hello and Authorization, null with the cookie. */
  get token(): string | null {
    return this.#token;
  }

  /** authorize makes sure that there is a session, joining through the link where needed. */
  async authorize(): Promise<Authorized> {
    await this.#load();
    if (this.#token !== null || this.#cookie) return { kind: 'ok' };
    if (this.#options.token === null) return { kind: 'stop', why: 'expired' };
    const answer = await this.#post({});
    if ('joined' in answer) return { kind: 'ok' };
    const why = stopReason(answer.status);
    return why === null ? { kind: 'retry' } : { kind: 'stop', why };
  }

  /** forget drops a session that the server no longer accepts. */
  forget(): void {
    this.#token = null;
    this.#cookie = false;
    if (this.#key !== null) this.#options.store.delete(this.#key);
  }

  /** join gives this page a name, and returns who it is from now on. */
  async join(who: { name: string; email?: string }): Promise<JoinResult & { readonly me?: Me | null }> {
    if (this.#options.token === null) {
      return { ok: false, message: 'Open the room through its link to join with a name.' };
    }
    await this.#load();
    const answer = await this.#post(who);
    if ('joined' in answer) return { ok: true, me: answer.joined.me };
    const { message, field } = answer;
    return { ok: false, message, ...(field === undefined ? {} : { field }) };
  }

  /** fetch calls the API as this session. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== null) headers.set('Authorization', `Bearer ${this.#token}`);
    if (init.body !== undefined && !headers.has('Content-Type'))
      headers.set('Content-Type', 'application/json');
    return this.#options.fetch(path, { credentials: 'same-origin', ...init, headers });
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  async #read(): Promise<void> {
    const { token, store } = this.#options;
    if (token === null) return;
    this.#key = `parley:session:${await fingerprint(token)}`;
    this.#token = store.get(this.#key);
  }

  async #post(who: { name?: string; email?: string }): Promise<Answer> {
    const body = JSON.stringify({ token: this.#options.token, ...who });
    try {
      const response = await this.#options.fetch('/api/v1/join', {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      if (!response.ok) return await problem(response);
      const joined = (await response.json()) as Joined;
      this.#token = joined.session_token;
      if (this.#key !== null) this.#options.store.set(this.#key, joined.session_token);
      return { joined };
    } catch {
      return { status: 0, message: UNREACHABLE };
    }
  }
}

// problem reads RFC 9457 problem details; a proxy's page in its place gives none.
async function problem(response: Response): Promise<Exclude<Answer, { joined: Joined }>> {
  const body: unknown = await response.json().catch(() => null);
  const { detail, title, field } = (body ?? {}) as { detail?: unknown; title?: unknown; field?: unknown };
  const message = [detail, title].find((text): text is string => typeof text === 'string') ?? UNREACHABLE;
  return { status: response.status, message, ...(typeof field === 'string' ? { field } : {}) };
}

function stopReason(status: number): StopReason | null {
  if (status === 404 || status === 410) return 'gone';
  if (status === 401) return 'expired';
  if (status === 403 || status === 422) return 'forbidden';
  return null;
}

/** fingerprint names a link token in the storage without holding it: 16 hex digits. */
export async function fingerprint(token: string): Promise<string> {
  const bytes = new TextEncoder().encode(token);
  const digest = await globalThis.crypto.subtle?.digest('SHA-256', bytes).catch(() => undefined);
  if (digest !== undefined) return hex(new Uint8Array(digest).subarray(0, 8));
  // A plain http page has no SHA-256. FNV-1a, 64 bits, tells this browser's own
  // links apart, and gives away no more of a token of 160 random bits.
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
