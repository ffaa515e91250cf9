/** Line is one room of the list, as the API has it. */
export interface Line {
  readonly id: string;
  readonly name: string;
  readonly buyer_company: string;
  readonly seller_company: string;
  readonly status: 'draft' | 'active' | 'won' | 'lost' | 'archived';
  readonly time_zone: string;
  readonly today: string;
  readonly go_live?: string;
  readonly forecast_go_live?: string;
  readonly slip_days?: number;
  readonly progress: { readonly done: number; readonly total: number };
  readonly runway: Strip;
  readonly health: {
    readonly level: 'late' | 'at_risk' | 'on_track';
    readonly reasons: readonly { readonly text: string }[];
  };
  readonly next_milestone: {
    readonly title: string;
    readonly due?: string;
    readonly late: boolean;
    readonly with: 'seller' | 'buyer' | 'both' | 'nobody';
  } | null;
  readonly customer_seen?: string;
  readonly quiet?: { readonly days: number; readonly text: string };
  readonly owner: { readonly id: string; readonly name: string } | null;
  /** owned says that the visitor owns the room: archives it, and opens it again. */
  readonly owned: boolean;
}

/** Strip is a runway in small: places run from 0 to 63. */
export interface Strip {
  readonly dots: readonly { readonly at: number; readonly look: 'done' | 'open' | 'late' | 'blocked' }[];
  readonly today?: number;
  readonly go_live?: number;
}

/** Filter names a part of the rooms. */
export type Filter = 'all' | 'mine' | 'late' | 'at_risk' | 'quiet' | 'soon' | 'closed';

/** Counts says how many rooms each filter gives. */
export type Counts = Readonly<Record<Exclude<Filter, 'closed'>, number>>;

/** Page is a page of the list. */
export interface Page {
  readonly rooms: readonly Line[];
  readonly counts: Counts;
  readonly next_cursor?: string;
}

/** Shown is what is on the screen. */
export interface Shown {
  readonly lines: readonly Line[];
  /** moved says that the list would now be in another order, or hold other rooms. */
  readonly moved: boolean;
}

/**
 * merge brings new values into the lines that are shown, in the order that they have: a list that is
 * read does not move under the eyes. What is new, gone or elsewhere is told, and comes with a re-sort.
 */
export function merge(shown: readonly Line[], fresh: readonly Line[]): Shown {
  const byId = new Map(fresh.map((line) => [line.id, line]));
  const lines = shown.map((line) => byId.get(line.id) ?? line);
  const moved = shown.length !== fresh.length || shown.some((line, i) => line.id !== fresh[i]?.id);
  return { lines, moved };
}
