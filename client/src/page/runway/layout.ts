import { dayNumber } from '../../replica/dates';
import type { MilestoneView, PlanView } from '../../replica/view-types';

/** Dot is one milestone on the runway; x is its place from 0 to 100. */
export interface Dot {
  readonly id: string;
  readonly x: number;
  readonly look: 'done' | 'open' | 'late' | 'blocked';
}

/** Band is the stretch of time one phase takes. */
export interface Band {
  readonly id: string;
  readonly name: string;
  readonly count: string;
  readonly from: number;
  readonly to: number;
}

/** RunwayLayout is the plan as one strip of time: its right edge is go-live. */
export interface RunwayLayout {
  readonly dots: readonly Dot[];
  readonly bands: readonly Band[];
  /** today is its place, null before the first date or after go-live. */
  readonly today: number | null;
  /** end is where go-live is. */
  readonly end: number;
  /** agreed is where go-live was agreed, forecast where it is heading; null where that is the same day. */
  readonly agreed: number | null;
  readonly forecast: number | null;
  readonly from: string;
  readonly to: string;
}

// A dot is never in the very corner, and neighbours on one day stand apart.
const EDGE = 1.2;

/** Ahead holds days of go-live besides the one that is set. */
export interface Ahead {
  readonly agreed: string | null;
  readonly forecast: string | null;
}

const NOTHING_AHEAD: Ahead = { agreed: null, forecast: null };

/**
 * layOut places the milestones that have a date; null when fewer than two days are known. A go-live
 * that is heading for a later day has that day at the right edge.
 */
export function layOut(view: PlanView, ahead: Ahead = NOTHING_AHEAD): RunwayLayout | null {
  const dated = view.phases
    .flatMap((p) => p.milestones)
    .filter((m) => m.due !== null && m.status !== 'cancelled');
  const days = dated.map((m) => m.due as string);
  const goLive = view.room?.go_live ?? null;
  for (const day of [goLive, ahead.agreed, ahead.forecast]) if (day !== null) days.push(day);
  if (days.length === 0) return null;
  const [from, to] = [least(days), greatest(days)];
  const [first, last] = [dayNumber(from) - 1, dayNumber(to)];
  if (last - first < 2) return null;
  const place = (day: string) => EDGE + ((dayNumber(day) - first) / (last - first)) * (100 - 2 * EDGE);
  const today = dayNumber(view.today);
  return {
    dots: dated
      .filter((m) => !m.is_go_live)
      .map((m) => ({ id: m.id, x: place(m.due as string), look: lookOf(m) })),
    bands: bandsOf(view, place),
    today: today < first || today > last ? null : place(view.today),
    end: place(goLive ?? to),
    agreed: ahead.agreed === null ? null : place(ahead.agreed),
    forecast: ahead.forecast === null ? null : place(ahead.forecast),
    from,
    to,
  };
}

function lookOf(m: MilestoneView): Dot['look'] {
  if (m.status === 'done') return 'done';
  if (m.status === 'blocked') return 'blocked';
  return m.late ? 'late' : 'open';
}

// A phase reaches from where the one before it ends to its own last date.
function bandsOf(view: PlanView, place: (day: string) => number): readonly Band[] {
  const bands: Band[] = [];
  let from = 0;
  for (const phase of view.phases) {
    const days = phase.milestones.flatMap((m) => m.due ?? []);
    if (days.length === 0) continue;
    const to = Math.max(from, place(greatest(days)) + EDGE);
    const { done, total } = phase.progress;
    bands.push({ id: phase.id, name: phase.name, count: `${done}/${total}`, from, to: Math.min(to, 100) });
    from = to;
  }
  const last = bands.at(-1);
  if (last !== undefined) bands[bands.length - 1] = { ...last, to: 100 };
  return bands.filter((band) => band.to > band.from);
}

function least(days: readonly string[]): string {
  return [...days].sort()[0] ?? '';
}

function greatest(days: readonly string[]): string {
  return [...days].sort().at(-1) ?? '';
}
