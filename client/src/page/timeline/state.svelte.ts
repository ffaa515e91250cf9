import { getContext, setContext, tick } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import { addDays, formatDay } from '../../replica/dates';
import type { DependencyView, MilestoneView } from '../../replica/view-types';
import { moveDue } from '../change-due';
import { LOCALE, type Room } from '../room.svelte';
import { STATUS_WORDS } from '../status';
import { type Facts, factsOf } from './facts';
import { type Span, spanOf, type Zoom } from './layout';
import { type Grouping, groupsOf, isOver, type MarkRow, type Row, rowsOf } from './rows';

/** ROW_PX is the height of a row. */
export const ROW_PX = 32;
/** MANY_LINKS: above, the lines of all dependencies at once are a thicket. */
export const MANY_LINKS = 12;

const NONE: Facts = { start: null, agreed: null, slip: null, slack: null, drives: false };

// Kept while the page is: who comes back from another tab finds it as they left it.
const chosen: { zoom: Zoom; grouping: Grouping; showsLinks: boolean } = $state({
  zoom: 'fit',
  grouping: 'phase',
  showsLinks: false,
});

/** Timeline is what its parts share: how it is drawn, which row has the focus, what is dragged. */
export class Timeline {
  readonly room: Room;
  /** chosen is how the person wants to see it. */
  readonly chosen = chosen;
  readonly toggled = new SvelteSet<string>();
  /** element holds the rows. */
  element: HTMLElement | null = null;
  #cursor: string | null = $state(null);
  /** pointed is the milestone under the pointer. */
  pointed: string | null = $state(null);
  /** dragged is the milestone that is being moved, and the day it would go to. */
  dragged: { readonly id: string; readonly day: string } | null = $state.raw(null);
  /** pressed is the date a milestone had before the keys moved it, so that undo goes all the way back. */
  #pressed: { readonly id: string; readonly from: string | null; readonly to: string } | null = null;

  readonly editable: boolean = $derived.by(() => this.room.may('editor'));
  readonly facts: ReadonlyMap<string, Facts> = $derived.by(() => factsOf(this.room.view));
  readonly span: Span | null = $derived.by(() => spanOf(this.room.view, this.facts));
  readonly rows: readonly Row[] = $derived.by(() => {
    const names = { buyer: this.room.company('buyer'), seller: this.room.company('seller') };
    return rowsOf(groupsOf(this.room.view, this.chosen.grouping, names), this.toggled);
  });

  constructor(room: Room) {
    this.room = room;
  }

  factsOf(id: string): Facts {
    return this.facts.get(id) ?? NONE;
  }

  /** cursor is the row with the one tab stop. */
  get cursor(): string | null {
    if (this.rows.some((row) => row.id === this.#cursor)) return this.#cursor;
    return (this.rows.find((row) => row.kind === 'milestone') ?? this.rows[0])?.id ?? null;
  }

  /** held is the cursor as it was set, also when its row is gone. */
  get held(): string | null {
    return this.#cursor;
  }

  note(row: string): void {
    this.#cursor = row;
  }

  async focus(row: string): Promise<void> {
    this.#cursor = row;
    await tick();
    this.element?.querySelector<HTMLElement>(`[data-stop="${CSS.escape(row)}"]`)?.focus();
  }

  /** step goes to the row that is by rows further down. */
  step(by: number): void {
    const at = this.rows.findIndex((row) => row.id === this.cursor);
    const to = this.rows[Math.min(this.rows.length - 1, Math.max(0, at + by))];
    if (to !== undefined) void this.focus(to.id);
  }

  toggle(group: string): void {
    if (!this.toggled.delete(group)) this.toggled.add(group);
  }

  /** movable: dates of what is over, and of private things of others, stay. */
  movable(m: MilestoneView): boolean {
    return this.editable && !isOver(m);
  }

  /** shift moves a milestone by days, by a key. */
  shift(m: MilestoneView, days: number): void {
    if (!this.editable) return;
    if (isOver(m))
      return this.room.show(`${m.title} is ${STATUS_WORDS[m.status].toLowerCase()}. Its date stays.`);
    const from = m.due ?? this.room.view.today;
    const to = addDays(from, days);
    const again = this.#pressed?.id === m.id && this.#pressed.to === m.due;
    const before = again ? (this.#pressed?.from ?? null) : m.due;
    this.#pressed = { id: m.id, from: before, to };
    moveDue(this.room, m, to, before);
  }

  /** drop ends a drag. */
  drop(m: MilestoneView): void {
    const day = this.dragged?.id === m.id ? this.dragged.day : null;
    this.dragged = null;
    if (day !== null && day !== m.due) moveDue(this.room, m, day);
  }

  /** lit are the milestones whose dependencies are drawn: the one under the pointer or with the focus. */
  get lit(): ReadonlySet<string> {
    const row = this.rows.find((r): r is MarkRow => r.kind === 'milestone' && r.id === this.#cursor);
    return new Set([this.pointed, row?.milestone.id ?? null].filter((id) => id !== null));
  }

  /** links are the dependencies to draw. */
  get links(): readonly DependencyView[] {
    const { dependencies } = this.room.view;
    if (this.chosen.showsLinks && dependencies.length <= MANY_LINKS) return dependencies;
    const { lit } = this;
    return dependencies.filter((d) => lit.has(d.from) || lit.has(d.to));
  }

  /** sentence says all about a milestone that its marker shows. */
  sentence(m: MilestoneView): string {
    const { room } = this;
    const facts = this.factsOf(m.id);
    const owners = [m.owners.buyer, m.owners.seller].flatMap((o) => o?.name ?? []);
    return [
      m.title,
      m.due === null ? 'no date yet' : `due ${room.weekDay(m.due)}${m.late ? ', late' : ''}`,
      STATUS_WORDS[m.status],
      owners.length === 0 ? 'no owner yet' : new Intl.ListFormat(LOCALE).format(owners),
      ...(m.stream === 'shared' ? [] : [`only ${room.company(m.stream)} sees this`]),
      ...(facts.agreed !== null && facts.slip
        ? [`agreed ${room.weekDay(facts.agreed)}, ${slipWords(facts.slip)}`]
        : []),
      ...(tagOf(m, facts) ?? []),
    ].join(', ');
  }

  /** month writes the name of a month, with its year where it is long enough. */
  month(day: string, long: boolean): string {
    return monthFormat(long).format(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, 1));
  }

  day(day: string): string {
    return formatDay(day, LOCALE, 'week', this.room.view.today);
  }
}

/** slipWords is "3 days later". */
export function slipWords(days: number): string {
  const n = Math.abs(days);
  return `${n} ${n === 1 ? 'day' : 'days'} ${days > 0 ? 'later' : 'earlier'}`;
}

/** tagOf says what a delay of an open milestone would do; null where it is not known. */
export function tagOf(m: MilestoneView, { drives, slack }: Facts): [string] | null {
  if (isOver(m)) return null;
  if (drives) return [m.is_go_live ? 'Go-live' : 'Drives go-live'];
  if (slack === null) return null;
  return slack < 0
    ? [`${-slack} ${slack === -1 ? 'day' : 'days'} too late`]
    : [`${slack} ${slack === 1 ? 'day' : 'days'} slack`];
}

const formats = new Map<boolean, Intl.DateTimeFormat>();

function monthFormat(long: boolean): Intl.DateTimeFormat {
  let format = formats.get(long);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALE, {
      timeZone: 'UTC',
      month: long ? 'long' : 'short',
      ...(long ? { year: 'numeric' } : {}),
    });
    formats.set(long, format);
  }
  return format;
}

const KEY = Symbol('timeline');

export function provideTimeline(timeline: Timeline): Timeline {
  return setContext(KEY, timeline);
}

/** useTimeline returns the timeline a component is in. */
export function useTimeline(): Timeline {
  return getContext<Timeline>(KEY);
}
