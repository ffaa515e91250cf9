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
  return new Map([...view.milestones.values()].map((m) => [m.id, factsOfOne(m)]));
}

function factsOfOne(m: MilestoneView): Facts {
  const start = m.start !== null && m.due !== null && m.start < m.due ? m.start : null;
  return { start, agreed: m.agreed_due, slip: m.slipDays, slack: null, drives: false };
}
