import type { Me } from '../replica/types';
import { sha256 } from './sha256';
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

/** RoomSession is a page's right to be in a room, wherever it comes from. */
export type RoomSession = Pick<Session, 'token' | 'key' | 'authorize' | 'forget' | 'join' | 'fetch'>;

/**
 * sessionKeyOf is where a session's token is kept: per link, without naming it, or per room that
 * somebody who is signed in entered. The cookie is of the newest room alone.
 */
export const sessionKeyOf = (linkOrRoom: string): string =>
  `parley:session:${sha256(linkOrRoom).slice(0, 16)}`;

/** Session is this page's right to be in the room: the link's session token, or the cookie. */
export class Session {
  readonly #options: SessionOptions;
  readonly #key: string;
  #token: string | null;
  /** cookie: the cookie that the page came with is good enough. */
  #cookie: boolean;

  constructor(options: SessionOptions) {
    const { boot, token, store } = options;
    this.#options = options;
    this.#key = sessionKeyOf(token ?? boot.room);
    this.#token = store.get(this.#key);
    this.#cookie = boot.session || token === null;
  }

  /** token is the session token for hello and Authorization, null with the cookie. */
  get token(): string | null {
    return this.#token;
  }

  /** key is where the browser keeps the session's token, '' with the cookie. */
  get key(): string {
    return this.#token === null ? '' : this.#key;
  }

  /** authorize makes sure that there is a session, joining through the link where needed. */
  async authorize(): Promise<Authorized> {
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
    this.#options.store.delete(this.#key);
  }

  /** join gives this page a name, and returns who it is from now on. */
  async join(who: { name: string; email?: string }): Promise<JoinResult & { readonly me?: Me | null }> {
    if (this.#options.token === null) {
      return { ok: false, message: 'Open the room through its link to join with a name.' };
    }
    const answer = await this.#post(who);
    if ('joined' in answer) return { ok: true, me: answer.joined.me };
    const { message, field } = answer;
    return { ok: false, message, ...(field === undefined ? {} : { field }) };
  }

  /** fetch calls the API as this session. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== null) headers.set('Authorization', `Bearer ${this.#token}`);
    // The type of a form names what stands between its parts; the browser sets it.
    if (typeof init.body === 'string' && !headers.has('Content-Type'))
      headers.set('Content-Type', 'application/json');
    return this.#options.fetch(path, { credentials: 'same-origin', ...init, headers });
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
      this.#options.store.set(this.#key, joined.session_token);
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
