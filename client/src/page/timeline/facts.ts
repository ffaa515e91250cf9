import { calendarsOf, durationOf, whoseIs } from '../../replica/calendar';
import { dayNumber, fromDayNumber } from '../../replica/dates';
import { scheduleOf } from '../../replica/schedule';
import type { MilestoneView, PlanView } from '../../replica/view-types';

/** Facts are what the timeline draws of a milestone beside its date. */
export interface Facts {
  /** start is the day that work begins: given, or worked out from the duration. */
  readonly start: string | null;
  /** agreed is the date that both sides agreed on. */
  readonly agreed: string | null;
  /** slip is the days from the agreed date to the due one. */
  readonly slip: number | null;
  /** slack is the working days to spare before go-live moves, null where nothing is known. */
  readonly slack: number | null;
  /** drives: when it moves, go-live moves. */
  readonly drives: boolean;
}

/** factsOf gathers the facts of every milestone. */
export function factsOf(view: PlanView): ReadonlyMap<string, Facts> {
  const calendars = calendarsOf(roomRecord(view));
  const scheduled = new Map(scheduleOf(view).milestones.map((s) => [s.id, s]));
  const facts = (m: MilestoneView): Facts => {
    const s = scheduled.get(m.id);
    const { start, due, duration_days, owners } = m;
    const whose = whoseIs(m.stream, {
      seller_owner: owners.seller?.id ?? null,
      buyer_owner: owners.buyer?.id ?? null,
    });
    const calendar = calendars[whose];
    const days = durationOf(calendar, { start, due, duration_days });
    return {
      start: due === null || days < 2 ? null : fromDayNumber(calendar.start(dayNumber(due), days)),
      agreed: m.agreed_due,
      slip: m.slipDays,
      slack: s?.slack_days ?? null,
      drives: s?.drives ?? false,
    };
  };
  return new Map([...view.milestones.values()].map((m) => [m.id, facts(m)]));
}

/** isOff tells the days that one of the two companies does not work. */
export function isOff(view: PlanView): (day: string) => boolean {
  const { both } = calendarsOf(roomRecord(view));
  return (day) => both.onOrAfter(dayNumber(day)) !== dayNumber(day);
}

function roomRecord(view: PlanView) {
  const [record] = view.states.shared?.room?.values() ?? [];
  return record;
}
