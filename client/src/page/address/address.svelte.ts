import { on } from 'svelte/events';
import type { Filter } from '../filters';
import { addressOf, type Place, readPlace, type Tab } from './place';

/** PanelPart is the part of a milestone's panel that is brought into view. */
export type PanelPart = 'details' | 'due' | 'comments' | 'criteria';

/** OpenPanel is the milestone whose panel is open. */
export interface OpenPanel {
  readonly id: string;
  readonly part: PanelPart;
}

// What an entry of the history says about itself.
interface Entry {
  /** panel: made by opening a panel, so that a step back closes it. */
  readonly panel?: boolean;
}

/** Address keeps the page and the browser's address bar alike: tab, panel and filter. */
export class Address {
  readonly #first: Tab;
  #place: Place = $state.raw(here());
  #panel: OpenPanel | null = $state.raw(null);
  /** leaving: a step back was asked for and has not been made yet. */
  #leaving = false;

  /** first is the tab of an address that names none. */
  constructor(first: Tab) {
    this.#first = first;
    this.#panel = panelAt(this.#place);
    on(window, 'popstate', () => this.#popped());
  }

  get tab(): Tab {
    return this.#place.tab ?? this.#first;
  }

  get panel(): OpenPanel | null {
    return this.#panel;
  }

  get filter(): Filter {
    return this.#place.filter;
  }

  set filter(filter: Filter) {
    this.#replace({ ...this.#place, filter });
  }

  /** link is the address of a tab. */
  link(tab: Tab): string {
    return addressOf({ ...this.#place, tab, milestone: null });
  }

  /** go changes the tab; the step can be taken back. */
  go(tab: Tab): void {
    if (tab === this.tab && this.#panel === null) return;
    this.#panel = null;
    this.#place = { ...this.#place, tab, milestone: null };
    history.pushState({} satisfies Entry, '', addressOf(this.#place));
    scrollTo(0, 0);
  }

  open(panel: OpenPanel): void {
    const opened = this.#panel === null;
    this.#panel = panel;
    const place = { ...this.#place, milestone: panel.id };
    if (this.#leaving) return; // popped puts it into the address
    if (!opened) return this.#replace(place);
    this.#place = place;
    history.pushState({ panel: true } satisfies Entry, '', addressOf(place));
  }

  /** close closes the panel: a step back where opening it was a step. */
  close(): void {
    if (this.#panel === null) return;
    this.#panel = null;
    if ((history.state as Entry | null)?.panel !== true) {
      return this.#replace({ ...this.#place, milestone: null });
    }
    this.#place = { ...this.#place, milestone: null };
    this.#leaving = true;
    history.back();
  }

  #popped(): void {
    const reopened = this.#leaving ? this.#panel : null;
    this.#leaving = false;
    this.#place = here();
    this.#panel = null;
    if (reopened !== null) this.open(reopened);
    else this.#panel = panelAt(this.#place);
  }

  #replace(place: Place): void {
    this.#place = place;
    history.replaceState(history.state, '', addressOf(place));
  }
}

function here(): Place {
  return readPlace(location.pathname, location.search);
}

function panelAt({ milestone }: Place): OpenPanel | null {
  return milestone === null ? null : { id: milestone, part: 'details' };
}
