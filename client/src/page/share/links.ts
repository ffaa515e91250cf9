import type { Access, Side } from '../../replica/types';

/** ShareLink is a link as the server lists it, without its token. */
export interface ShareLink {
  readonly id: string;
  readonly side: Side;
  readonly access: Access;
  readonly participant?: string;
  readonly label?: string;
  readonly by: string | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

/** EXPIRIES are the choices of the dialog, in days; null is never. */
export const EXPIRIES: readonly { readonly days: number | null; readonly label: string }[] = [
  { days: 30, label: 'in 30 days' },
  { days: 7, label: 'in 7 days' },
  { days: 90, label: 'in 90 days' },
  { days: null, label: 'never' },
];

/** ACCESS_WORDS say what a link lets people do. */
export const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  viewer: 'View',
  commenter: 'Comment',
  contributor: 'Complete steps',
  editor: 'Edit',
  owner: 'Edit and share',
};

/** usable reports whether a link can still be used. */
export function usable(link: ShareLink, nowMs: number): boolean {
  return (
    link.revoked_at === null && (link.expires_at === null || Date.UTC(...parts(link.expires_at)) > nowMs)
  );
}

// parts reads an RFC 3339 instant in UTC into what Date.UTC takes.
function parts(at: string): [number, number, number, number, number, number] {
  const [year, month, day, hour, minute, second] = (at.match(/\d+/g) ?? []).map(Number);
  return [year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0];
}

/** expiryAfter is the instant days from now, null for never. */
export function expiryAfter(days: number | null, nowMs: number): string | null {
  return days === null ? null : new Date(nowMs + days * 86_400_000).toISOString();
}

/** problemOf reads why a call was refused: the one plain sentence of its problem document. */
export async function problemOf(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? 'The server refused it.';
  } catch {
    return 'The server could not be reached. Try again.';
  }
}
