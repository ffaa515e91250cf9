import type { Filter } from '../filters';

/** Tab is one view of the room, with an address of its own. */
export type Tab = 'overview' | 'plan' | 'timeline' | 'people' | 'activity';

/** TABS lists the tabs in the order they are shown. */
export const TABS: readonly Tab[] = ['overview', 'plan', 'timeline', 'people', 'activity'];

/** TAB_WORDS are what the tabs are called. */
export const TAB_WORDS: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  plan: 'Plan',
  timeline: 'Timeline',
  people: 'People',
  activity: 'Activity',
};

/** Place is what an address of the page says. */
export interface Place {
  /** base is the room's or the link's own path: "/r/{room}", "/join/{token}", "/s/{token}". */
  readonly base: string;
  /** tab is null where the address leaves it to the page. */
  readonly tab: Tab | null;
  /** milestone is the one whose panel is open. */
  readonly milestone: string | null;
  readonly filter: Filter;
}

const PATH = /^(\/(?:r|join|s|e)\/[^/]+)(?:\/([a-z]+))?\/?$/;
const FILTERS: readonly string[] = ['buyer', 'seller', 'mine', 'late'] satisfies Filter[];

/** readPlace reads an address; what it does not know is left out. */
export function readPlace(path: string, search: string): Place {
  const match = PATH.exec(path);
  const query = new URLSearchParams(search);
  const filter = query.get('f') ?? '';
  return {
    base: (match?.[1] ?? path).replace(/^\/e/, '/r'), // what a frame shows has its address outside
    tab: TABS.find((tab) => tab === match?.[2]) ?? null,
    milestone: query.get('m'),
    filter: FILTERS.includes(filter) ? (filter as Filter) : 'all',
  };
}

/** addressOf writes the address of a place. */
export function addressOf({ base, tab, milestone, filter }: Place): string {
  const query = new URLSearchParams();
  if (milestone !== null) query.set('m', milestone);
  if (filter !== 'all') query.set('f', filter);
  const text = query.toString();
  return `${base}${tab === null ? '' : `/${tab}`}${text === '' ? '' : `?${text}`}`;
}

/** tokenOf returns the link token of /join/{token} and /s/{token}; null elsewhere. */
export function tokenOf(path: string): string | null {
  return /^\/(?:join|s)\/([^/]+)$/.exec(readPlace(path, '').base)?.[1] ?? null;
}
