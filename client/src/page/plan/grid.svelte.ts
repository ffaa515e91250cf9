import { getContext, setContext, tick } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Presence } from '../../replica/frames';
import type { MilestoneView } from '../../replica/view-types';
import type { Room } from '../room.svelte';
import { Flashes, Slow } from './clocks.svelte';
import type { Edit } from './edit.svelte';
import { Editing } from './editing.svelte';
import { go, type Move, type NavRow, type Stop } from './nav';
import { DRAFT, type Draft, navRow, planRows, type Row } from './rows';

/** Menu is the popup of a row: what can be done with it, or where it can be moved to. */
export interface Menu {
  readonly id: string;
  readonly kind: 'menu' | 'move';
}

/** Tools are the editors, menus and notices of the grid. */
export type Tools = typeof import('./tools');

/** Drop is where a dragged row would go, and how far down the grid the line for it is. */
export interface Drop {
  readonly phase: string;
  readonly after: string | null;
  readonly top: number;
}

// The phases that are folded, kept while the page is: who comes back from another tab finds them so.
const folded = new SvelteSet<string>();

/** Grid is what the rows and cells of the plan share: who has the focus, what is edited, what is open. */
export class Grid {
  readonly room: Room;
  readonly slow = new Slow();
  readonly flashes = new Flashes();
  readonly editing: Editing;
  readonly collapsed = folded;
  /** element is the treegrid. */
  element: HTMLElement | null = null;
  #cursor: Stop | null = $state.raw(null);
  /** inside: the focus is in the grid. */
  inside = $state(false);
  draft: Draft | null = $state.raw(null);
  /** tools are null until they have arrived. */
  tools: Tools | null = $state.raw(null);
  menu: Menu | null = $state.raw(null);
  /** renaming is the phase whose name is edited. */
  renaming: string | null = $state(null);
  dragging: string | null = $state(null);
  drop: Drop | null = $state.raw(null);
  /** said is spoken to screen readers. */
  said = $state('');
  /** follow: the next change of order is one's own, so the page goes along with the row. */
  follow = false;

  readonly editable: boolean = $derived.by(() => this.room.may('editor'));
  readonly completes: boolean = $derived.by(() => this.room.may('contributor'));
  readonly rows: readonly Row[] = $derived.by(() => this.#makeRows());
  readonly nav: readonly NavRow[] = $derived.by(() => this.rows.map((row) => navRow(row, this.editable)));

  constructor(room: Room) {
    this.room = room;
    this.editing = new Editing(this);
  }

  /** cursor is the grid's one tab stop. */
  get cursor(): Stop | null {
    const at = this.#cursor;
    const row = at === null ? undefined : this.nav.find((r) => r.id === at.row);
    if (at !== null && row !== undefined && (at.col === null || row.cols.includes(at.col))) return at;
    const first = this.rows.find((r) => r.kind === 'milestone') ?? this.rows[0];
    return first === undefined ? null : { row: first.id, col: 'title', want: 'title' };
  }

  /** held is the stop as it was set, even when its row is gone. */
  get held(): Stop | null {
    return this.#cursor;
  }

  /** waiting: an editor or a menu is open whose file has not arrived. */
  get waiting(): boolean {
    return this.tools === null && (this.editing.edit !== null || this.menu !== null);
  }

  /** giveUp closes what has not arrived. */
  giveUp(): void {
    this.menu = null;
    this.editing.cancel();
  }

  isAt(row: string, col: Stop['col']): boolean {
    return this.cursor?.row === row && this.cursor.col === col;
  }

  /** tab is the tabindex of a place. */
  tab(row: string, col: Stop['col']): 0 | -1 {
    return this.isAt(row, col) ? 0 : -1;
  }

  /** note follows the focus to where it went by itself: a click, a screen reader. */
  note(row: string, col: Stop['col']): void {
    const now = this.#cursor;
    if (now?.row !== row || now.col !== col) this.#cursor = { row, col, want: col };
  }

  /** focus goes to a stop. */
  async focus(stop: Stop | null): Promise<void> {
    if (stop === null) return;
    this.#cursor = stop;
    await tick();
    const place = this.place(stop);
    place?.focus({ preventScroll: true });
    place?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** place is the element of a stop. */
  place(stop: Stop): HTMLElement | null {
    const selector = stop.col === null ? `[data-row="${stop.row}"]` : `[data-stop="${stop.row}/${stop.col}"]`;
    return this.element?.querySelector<HTMLElement>(selector) ?? null;
  }

  /** refocus brings the focus back to the cursor, after an editor or a popup. */
  refocus(): Promise<void> {
    return this.focus(this.cursor);
  }

  move(move: Move): boolean {
    const at = this.cursor;
    const to = at === null ? null : go(this.nav, at, move);
    if (to !== null) void this.focus(to);
    return to !== null;
  }

  milestone(id: string): MilestoneView | undefined {
    return this.room.view.milestones.get(id);
  }

  /** peers are the others who edit the field now. */
  peers(id: string, field: string): readonly Presence[] {
    return this.room.snap.here.filter(
      (p) => p.editing === true && p.focus?.id === id && p.focus.field === field,
    );
  }

  /** name starts the naming of a milestone in a new row. */
  name(draft: Draft): void {
    this.draft = draft;
    void this.focus({ row: DRAFT, col: 'title', want: 'title' });
  }

  toggle(phase: string): void {
    if (!this.collapsed.delete(phase)) this.collapsed.add(phase);
  }

  say(text: string): void {
    this.said = text;
  }

  stop(): void {
    this.slow.stop();
    this.flashes.stop();
    this.editing.stop();
  }

  #makeRows(): readonly Row[] {
    const edit: Edit | null = this.editing.edit;
    const { view } = this.room;
    return planRows(view, {
      filter: this.room.filter,
      me: this.room.snap.me?.id ?? null,
      collapsed: this.collapsed,
      editable: this.editable,
      draft: this.draft,
      kept: this.inside ? (this.#cursor?.row ?? null) : null,
      orphan: edit !== null && !view.milestones.has(edit.id) ? edit.last : null,
    });
  }
}

const KEY = Symbol('grid');

export function provideGrid(grid: Grid): Grid {
  return setContext(KEY, grid);
}

/** useGrid returns the grid a component is in. */
export function useGrid(): Grid {
  return getContext<Grid>(KEY);
}
