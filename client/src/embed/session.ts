import type { Authorized, RoomSession } from '../connection/session';
import type { JoinResult } from '../connection/types';

// A page's back end that says nothing for so long has none.
const TOKEN_MS = 15_000;
// Another token is asked for so long before a session ends.
const AHEAD_MS = 60_000;
// One that was refused may have been made before a clock was set: one more is asked for.
const TRIES = 2;

export interface VouchedOptions {
  readonly room: string;
  /** parent is the origin of the page around the frame. */
  readonly parent: string;
  readonly fetch: typeof fetch;
  /** ask has the page get a token; it comes by take, or never. */
  readonly ask: () => void;
  /** expired is called with true when there is no session and no token, with false when there is again. */
  readonly expired: (now: boolean) => void;
  readonly failed: (code: string, message: string) => void;
}

type Exchanged = 'ok' | 'refused' | 'unreachable' | 'forbidden';

/**
 * Vouched is the right to be in the room that the page around the frame vouches
 * for. It is in memory only, and ends fifteen minutes after the last token.
 */
export class Vouched implements RoomSession {
  readonly key = '';
  readonly #options: VouchedOptions;
  #token: string | null = null;
  #waiting: ((token: string | null) => void)[] = [];
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #resumed: (() => void)[] = [];

  constructor(options: VouchedOptions) {
    this.#options = options;
  }

  get token(): string | null {
    return this.#token;
  }

  /** authorize gets a token and with it a session. Without one it waits until somebody asks again. */
  async authorize(): Promise<Authorized> {
    while (this.#token === null) {
      const result = await this.#exchange();
      if (result === 'unreachable') return { kind: 'retry' };
      if (result === 'forbidden') return { kind: 'stop', why: 'forbidden' };
      if (result === 'ok') break;
      this.#options.expired(true);
      await new Promise<void>((resolve) => this.#resumed.push(resolve));
    }
    this.#options.expired(false);
    return { kind: 'ok' };
  }

  /** take brings the token that was asked for, null when the page has none. */
  take(token: string | null): void {
    for (const resolve of this.#waiting.splice(0)) resolve(token);
  }

  /** resume asks again: at once, or to let a session go on that is still good. */
  resume(): void {
    if (this.#token !== null) return void this.#renew();
    for (const resolve of this.#resumed.splice(0)) resolve();
  }

  forget(): void {
    clearTimeout(this.#renewal);
    this.#token = null;
  }

  /** join is for links: here the page says who somebody is. */
  async join(): Promise<JoinResult> {
    return { ok: false, message: 'The site around this page says who you are.' };
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== null) headers.set('Authorization', `Bearer ${this.#token}`);
    if (typeof init.body === 'string' && !headers.has('Content-Type'))
      headers.set('Content-Type', 'application/json');
    return this.#options.fetch(path, { ...init, credentials: 'omit', headers });
  }

  async #exchange(): Promise<Exchanged> {
    let result: Exchanged = 'refused';
    for (let i = 0; i < TRIES && result === 'refused'; i++) {
      const token = await this.#ask();
      if (token === null) return 'refused';
      result = await this.#post(token);
    }
    return result;
  }

  #ask(): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.take(null), TOKEN_MS);
      this.#waiting.push((token) => {
        clearTimeout(timer);
        resolve(token);
      });
      if (this.#waiting.length === 1) this.#options.ask();
    });
  }

  async #post(token: string): Promise<Exchanged> {
    const { room, parent, failed } = this.#options;
    const body = JSON.stringify({ token, room, parent });
    const response = await this.fetch('/api/v1/embed/session', { method: 'POST', body }).catch(() => null);
    if (response === null || response.status === 429 || response.status >= 500) return 'unreachable';
    const answer = await response.json().catch(() => null);
    if (answer === null) return 'unreachable';
    if (!response.ok) {
      failed(String(answer.code), String(answer.detail));
      return response.status === 401 ? 'refused' : 'forbidden';
    }
    this.#token = answer.session_token;
    clearTimeout(this.#renewal);
    const left = answer.expires_in * 1_000;
    this.#renewal = setTimeout(() => void this.#renew(), Math.max(1_000, left - AHEAD_MS));
    return 'ok';
  }

  // A renewal that fails changes nothing: the session goes on to its end.
  async #renew(): Promise<void> {
    const token = await this.#ask();
    if (token !== null) await this.#post(token);
  }
}
