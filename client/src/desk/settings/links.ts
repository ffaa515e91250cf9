import { instantMs } from '../../replica/dates';

/** Link is a share link of one of the workspace's rooms. */
export interface Link {
  readonly id: string;
  readonly side: 'seller' | 'buyer' | 'partner' | 'none';
  readonly access: 'viewer' | 'commenter' | 'contributor' | 'editor' | 'owner';
  readonly label?: string;
  readonly last_used_at: string | null;
  readonly expires_at: string | null;
  readonly paused_at?: string | null;
  readonly room: {
    readonly id: string;
    readonly name: string;
    readonly buyer_company: string;
    readonly seller_company: string;
  };
}

const ACCESS = {
  viewer: 'view',
  commenter: 'comment',
  contributor: 'contribute',
  editor: 'edit',
  owner: 'own',
} as const;

/** linkWords says whom a link is for and what they may do. */
export function linkWords(link: Link): string {
  switch (link.side) {
    case 'none':
      return 'For watching';
    case 'partner':
      return `For partners, to ${ACCESS[link.access]}`;
    case 'buyer':
      return `For ${link.room.buyer_company}, to ${ACCESS[link.access]}`;
    case 'seller':
      return `For ${link.room.seller_company}, to ${ACCESS[link.access]}`;
  }
}

/** linkState says what will end a link, or holds it back. */
export function linkState(link: Link, nowMs: number, locale: string): string {
  if (link.paused_at) return ' · paused';
  if (link.expires_at === null) return '';
  const at = instantMs(link.expires_at);
  if (at === null) return '';
  if (at <= nowMs) return ' · expired';
  return ` · ends ${new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).format(at)}`;
}
