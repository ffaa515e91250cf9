import type { Access, Side } from '../../replica/types';

/** Door is what a link asks of who comes by it. */
export type Door = 'open' | 'name' | 'email' | 'verified' | 'named';

/** ShareLink is a link as the server lists it, without its token. */
export interface ShareLink {
  readonly id: string;
  readonly side: Side;
  readonly access: Access;
  readonly participant?: string;
  readonly label?: string;
  readonly door: Door;
  readonly has_password: boolean;
  readonly emails: readonly string[];
  readonly domains: readonly string[];
  readonly recipient?: string;
  readonly shows_progress: boolean;
  readonly by: string | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly views: number;
  readonly expires_at: string | null;
  readonly paused_at: string | null;
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

/** DOORS are the steps of the ladder, in words. */
export const DOORS: readonly { readonly door: Door; readonly label: string }[] = [
  { door: 'open', label: 'Nothing, the link is enough' },
  { door: 'name', label: 'Their name' },
  { door: 'email', label: 'Their e-mail, as typed' },
  { door: 'verified', label: 'A code sent to their e-mail' },
  { door: 'named', label: 'A code, and to be on a list' },
];

/** PRESETS are what links are mostly made for. */
export const PRESETS: readonly {
  readonly name: string;
  readonly side: 'other' | 'none';
  readonly access: Access;
  readonly door: Door;
  readonly days: number | null;
}[] = [
  { name: 'Work together', side: 'other', access: 'editor', door: 'open', days: 30 },
  { name: 'Watch only', side: 'none', access: 'viewer', door: 'open', days: 90 },
  { name: 'Comment only', side: 'other', access: 'commenter', door: 'email', days: 30 },
  { name: 'Their company only', side: 'other', access: 'editor', door: 'named', days: 90 },
];

/** PREVIEW_TELLS says what a chat shows of a link whose maker ticks it; else it is the names of company and plan. */
export const PREVIEW_TELLS = 'In chats its preview tells progress, the next step and go-live';

/** doorWords say what a link asks for, "" for nothing. */
export function doorWords(link: ShareLink): string {
  const asks = {
    open: '',
    name: 'asks for a name',
    email: 'asks for an e-mail',
    verified: 'sends a code',
    named: `only ${[...link.emails, ...link.domains.map((domain) => `@${domain}`)].join(', ')}`,
  }[link.door];
  return [asks, link.has_password ? 'password' : ''].filter(Boolean).join(' · ');
}

/** guests reads a typed list: addresses, and domains with or without @. */
export function guests(typed: string): { emails: string[]; domains: string[] } {
  const words = typed.split(/[\s,;]+/).filter(Boolean);
  return {
    emails: words.filter((word) => word.indexOf('@') > 0),
    domains: words.filter((word) => word.indexOf('@') <= 0).map((word) => word.replace(/^@/, '')),
  };
}

/** standing says how a link is: usable or paused are there to be managed, the others are over. */
export function standing(link: ShareLink, nowMs: number): 'usable' | 'paused' | 'expired' | 'revoked' {
  if (link.revoked_at !== null) return 'revoked';
  if (link.expires_at !== null && instant(link.expires_at) <= nowMs) return 'expired';
  return link.paused_at === null ? 'usable' : 'paused';
}

/** instant reads an RFC 3339 instant in UTC as milliseconds. */
function instant(at: string): number {
  const [year, month, day, hour, minute, second] = (at.match(/\d+/g) ?? []).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0);
}

/** extended is the instant by which a link lasts 30 days more than it does, or than now. */
export function extended(link: ShareLink, nowMs: number): string {
  const from = link.expires_at === null ? nowMs : Math.max(nowMs, instant(link.expires_at));
  return new Date(from + 30 * 86_400_000).toISOString();
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

/** wire writes an instant with the six digits that the rest of the page reads. */
export function wire(at: string): string {
  return `${at.slice(0, 19)}.000000Z`;
}
