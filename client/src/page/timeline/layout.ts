import { addDays, dayNumber, fromDayNumber } from '../../replica/dates';
import type { MilestoneView, PlanView } from '../../replica/view-types';
import type { Facts } from './facts';

/** Zoom is how much of the plan is on the screen at once. */
export type Zoom = 'fit' | 'month' | 'week';

/** Span is the stretch of days that is drawn, both ends included. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

/** Tick is a line of the scale; x and width are in percent of the span. */
export interface Tick {
  readonly x: number;
  readonly width: number;
  readonly day: string;
}

/** Band is a run of days off. */
export type Band = Tick;

const BEFORE_DAYS = 3;
const AFTER_DAYS = 7; // what comes right after go-live is part of the story
const LEAST_DAYS = 14;

/** spanOf is the stretch from the first date to a week after the last; null without any date. */
export function spanOf(view: PlanView, facts: ReadonlyMap<string, Facts>): Span | null {
  const days: string[] = [];
  for (const m of view.milestones.values()) {
    if (m.status === 'cancelled') continue;
    const { start, agreed } = facts.get(m.id) ?? { start: null, agreed: null };
    for (const day of [m.due, start, agreed]) if (day !== null) days.push(day);
  }
  if (days.length === 0) return null;
  if (view.room?.go_live) days.push(view.room.go_live);
  days.sort();
  const from = addDays(days[0] as string, -BEFORE_DAYS);
  const last = addDays(days[days.length - 1] as string, AFTER_DAYS);
  const least = addDays(from, LEAST_DAYS - 1);
  return span(from, [last, least].sort()[1] as string);
}

function span(from: string, to: string): Span {
  return { from, to, days: dayNumber(to) - dayNumber(from) + 1 };
}

/** place is where the middle of a day is, in percent of the span. */
export function place({ from, days }: Span, day: string): number {
  return ((dayNumber(day) - dayNumber(from) + 0.5) / days) * 100;
}

/** edge is where a day begins. */
export function edge({ from, days }: Span, day: string): number {
  return ((dayNumber(day) - dayNumber(from)) / days) * 100;
}

/** dayAt is the day at a share, 0 to 1, of the span. */
export function dayAt({ from, days }: Span, share: number): string {
  const n = Math.min(days - 1, Math.max(0, Math.floor(share * days)));
  return addDays(from, n);
}

/** months are the months of the span, the first and the last cut where it ends. */
export function months(s: Span): readonly Tick[] {
  return runs(s, (day) => day.slice(0, 7));
}

/** weeks begin on Monday. */
export function weeks(s: Span): readonly Tick[] {
  return runs(s, (day) => Math.floor((dayNumber(day) + 3) / 7));
}

/** everyDay has a tick for each day. */
export function everyDay(s: Span): readonly Tick[] {
  return runs(s, (day) => day);
}

/** daysOff are the runs of days that nobody works on. */
export function daysOff(s: Span, off: (day: string) => boolean): readonly Band[] {
  return runs(s, off).filter((run) => off(run.day));
}

// runs cuts the span into stretches of days with the same key.
function runs(s: Span, key: (day: string) => unknown): readonly Tick[] {
  const out: Tick[] = [];
  const first = dayNumber(s.from);
  let since = first;
  for (let n = first + 1; n <= first + s.days; n++) {
    if (n < first + s.days && key(fromDayNumber(n)) === key(fromDayNumber(since))) continue;
    const day = fromDayNumber(since);
    out.push({ day, x: edge(s, day), width: ((n - since) / s.days) * 100 });
    since = n;
  }
  return out;
}

const MONTH_PX = 26; // a day is wide enough for the number of a week
const WEEK_PX = 72; // and here for its own

/** trackWidth is how wide the days are drawn when there is room for so many pixels. */
export function trackWidth(s: Span, zoom: Zoom, room: number): number {
  if (zoom === 'fit') return room;
  return Math.max(room, s.days * (zoom === 'month' ? MONTH_PX : WEEK_PX));
}

/** Look is the shape of a marker. */
export type Look = 'done' | 'open' | 'started' | 'late' | 'blocked' | 'live' | 'skipped';

/** lookOf is the runway's rule: filled is done, hollow is open, red is late or blocked. */
export function lookOf(m: MilestoneView): Look {
  if (m.is_go_live) return 'live';
  if (m.status === 'done') return 'done';
  if (m.status === 'cancelled') return 'skipped';
  if (m.status === 'blocked') return 'blocked';
  if (m.late) return 'late';
  return m.status === 'in_progress' ? 'started' : 'open';
}
