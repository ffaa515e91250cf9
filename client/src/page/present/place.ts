import { TABS, type Tab } from '../address/place';
import { FILTERS, type Filter } from '../filters';

// What a presenter shares is where they are in the plan, never pixels: a phone follows a desktop.

/** FOLLOWING is the view that a follower tells, so that the presenter sees how many follow. */
export const FOLLOWING = 'following';

/** viewOf writes tab and filter as presence carries them. "Mine" is another person's for everybody: it stays at home. */
export function viewOf(tab: Tab, filter: Filter): string {
  return filter === 'all' || filter === 'mine' ? tab : `${tab}_${filter}`;
}

/** readView reads what viewOf wrote; null for anything else. */
export function readView(view: string): { readonly tab: Tab; readonly filter: Filter } | null {
  const [name, narrowed = 'all'] = view.split('_');
  const tab = TABS.find((known) => known === name);
  const filter = FILTERS.find((known) => known === narrowed);
  return tab === undefined || filter === undefined ? null : { tab, filter };
}

const ROWS = 'main [data-testid^="row-"]';

/** anchor is the milestone that a presenter is at: whose row has the focus, else the first one whole on the screen. */
export function anchor(): { readonly id: string; readonly focused: boolean } | null {
  const top = document.querySelector('header')?.getBoundingClientRect().bottom ?? 0;
  const isShown = (row: Element) => {
    const box = row.getBoundingClientRect();
    return box.top >= top && box.bottom <= innerHeight;
  };
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  const held = document.activeElement?.closest('[data-row], li');
  const at = rows.find((row) => held?.contains(row) === true && isShown(row));
  if (at !== undefined) return { id: idOf(at), focused: true };
  if (scrollY === 0) return null; // the top of the tab
  const first = rows.find(isShown);
  return first === undefined ? null : { id: idOf(first), focused: false };
}

function idOf(row: HTMLElement): string {
  return (row.dataset.testid ?? '').slice('row-'.length);
}

const TRIES = 30;
const TRY_MS = 100;

/** bring scrolls a milestone's row into view, as soon as its tab has drawn it; false where it is not shown. */
export async function bring(id: string, focused: boolean, still: () => boolean): Promise<void> {
  for (let n = 0; n < TRIES && still(); n++) {
    const row = document.querySelector(`main [data-testid="row-${CSS.escape(id)}"]`);
    if (row !== null) {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      row.scrollIntoView({ block: focused ? 'center' : 'start', behavior: calm ? 'instant' : 'smooth' });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_MS));
  }
}
