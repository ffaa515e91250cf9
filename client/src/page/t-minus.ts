import { type Calendar, calendarsOf } from '../replica/calendar';
import { dayNumber } from '../replica/dates';
import type { PlanRecord } from '../replica/state';
import type { MilestoneView, PlanView } from '../replica/view-types';

/** tMinusText is how far before go-live a milestone is due: "T−39"; "" where that is not known. */
export function tMinusText({ tMinus }: Pick<MilestoneView, 'tMinus'>): string {
  if (tMinus === null) return '';
  return tMinus === 0 ? 'T' : tMinus > 0 ? `T−${tMinus}` : `T+${-tMinus}`;
}

/** tMinusWords says it in calendar days and in days that both companies work. */
export function tMinusWords(view: PlanView, { due, tMinus }: Pick<MilestoneView, 'due' | 'tMinus'>): string {
  if (due === null || tMinus === null) return '';
  if (tMinus === 0) return 'On the day of go-live';
  const [earlier, later] = [dayNumber(due), dayNumber(due) + tMinus].sort((a, b) => a - b);
  const worked = bothOf(view).between(earlier ?? 0, later ?? 0);
  return `${days(Math.abs(tMinus), 'day')} ${tMinus < 0 ? 'after' : 'before'} go-live, ${days(worked, 'working day')}`;
}

function days(n: number, unit: string): string {
  return `${n} ${n === 1 ? unit : `${unit}s`}`;
}

// The calendar of the last room asked for: every row asks for the same one.
let last: { readonly room: PlanRecord | undefined; readonly both: Calendar } | null = null;

function bothOf({ states }: PlanView): Calendar {
  const [room] = states.shared?.room?.values() ?? [];
  if (last?.room !== room || last === null) last = { room, both: calendarsOf(room).both };
  return last.both;
}
