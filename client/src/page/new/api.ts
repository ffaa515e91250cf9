import { sentence } from '../../sentence';

/** Card is a template as the gallery shows it. */
export interface Card {
  readonly id: string;
  readonly own: boolean;
  readonly name: string;
  readonly description?: string;
  readonly steps: number;
  readonly days: number;
  readonly phases: readonly { readonly name: string; readonly steps: number }[];
}

/** Gallery is what there is to choose from, and what a new room begins with. */
export interface Gallery {
  readonly templates: readonly Card[];
  readonly new_room: {
    readonly seller_company?: string;
    readonly time_zone?: string;
    readonly owner?: string;
  } | null;
}

/** Part is what one company does in one step. */
export interface Part {
  readonly step: string;
  readonly role?: string;
  readonly start?: string;
  readonly due?: string;
  readonly tasks: readonly string[];
}

/** Preview is the plan that a template would make. */
export interface Preview {
  readonly template: Card;
  readonly start?: string;
  readonly steps: readonly { readonly title: string; readonly due?: string }[];
  readonly seller: readonly Part[];
  readonly buyer: readonly Part[];
  readonly too_late: number;
}

/** Answer is what a call gave, or what to tell the person, and at which field. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly tag: string | null }
  | { readonly ok: false; readonly status: number; readonly message: string; readonly field: string };

/** NOT_MODIFIED is the status of an answer that its reader has already. */
export const NOT_MODIFIED = 304;

const UNREACHABLE = 'The server cannot be reached right now. Try again in a moment.';

/**
 * caller calls the API as the session that opened this page. Its key in the browser's storage stands
 * behind the #: a browser may hold sessions of several rooms, and the cookie is of the newest.
 */
export function caller(hash: string): <T>(path: string, init?: RequestInit) => Promise<Answer<T>> {
  const token = stored(hash.slice(1));
  return async <T>(path: string, init: RequestInit = {}): Promise<Answer<T>> => {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('Authorization', `Bearer ${token}`);
    try {
      const response = await fetch(`/api/v1${path}`, { credentials: 'same-origin', ...init, headers });
      if (response.status === NOT_MODIFIED)
        return { ok: false, status: NOT_MODIFIED, message: '', field: '' };
      const body: unknown = response.status === 204 ? undefined : await response.json();
      if (response.ok) return { ok: true, value: body as T, tag: response.headers.get('ETag') };
      const { detail, field } = body as { detail?: string; field?: string };
      return {
        ok: false,
        status: response.status,
        message: sentence(detail ?? UNREACHABLE),
        field: field ?? '',
      };
    } catch {
      return { ok: false, status: 0, message: UNREACHABLE, field: '' };
    }
  };
}

// stored reads a session's token; only keys of sessions are read.
function stored(key: string): string | null {
  if (!/^parley:session:[0-9a-f]{16}$/.test(key)) return null;
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
