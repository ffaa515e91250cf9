import { scheduleOf } from '../../replica/schedule';
import type { PlanView } from '../../replica/view-types';

/** Outlook is where the plan is heading, in words. */
export interface Outlook {
  /** slip is "3 days late", against what in against; both "" while no go-live is set. */
  readonly slip: string;
  readonly against: string;
  readonly late: boolean;
  readonly level: 'late' | 'at_risk' | 'on_track';
  /** word names the level, why says the first reason for it. */
  readonly word: string;
  readonly why: string;
  /** more is how many other reasons there are. */
  readonly more: number;
  /** agreed and forecast are days of go-live, null where they say nothing new. */
  readonly agreed: string | null;
  readonly forecast: string | null;
}

const WORDS = { late: 'Late', at_risk: 'At risk', on_track: 'On track' } as const;

/** outlookOf reads the schedule for the runway: the same figures as everywhere. */
export function outlookOf(view: PlanView): Outlook {
  const plan = scheduleOf(view);
  const { level, reasons } = plan.health;
  const agreed = plan.agreed_go_live !== null;
  const days = plan.slip_days;
  return {
    slip: days === null ? '' : slipWords(days, agreed),
    against: days === null || days === 0 ? '' : agreed ? 'vs agreed plan' : 'vs plan',
    late: (days ?? 0) > 0,
    level,
    word: WORDS[level],
    why: reasons[0]?.text ?? '',
    more: Math.max(0, reasons.length - 1),
    agreed: plan.agreed_go_live === plan.go_live ? null : plan.agreed_go_live,
    forecast: plan.forecast_go_live === plan.go_live ? null : plan.forecast_go_live,
  };
}

function slipWords(days: number, agreed: boolean): string {
  if (days === 0) return agreed ? 'On the agreed plan' : 'On plan';
  const n = Math.abs(days);
  return `${n} ${n === 1 ? 'day' : 'days'} ${days > 0 ? 'late' : 'ahead'}`;
}
