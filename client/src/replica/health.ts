import { type Item, isLate, latest, type Scheduler } from './schedule';
import { dayWords, named, onTrackText, shortText, slipText } from './words';

/** Health says how a plan stands for whoever reads it, and why, the worst first. */
export interface Health {
  readonly level: 'late' | 'at_risk' | 'on_track';
  readonly reasons: readonly Reason[];
}

/** Reason is one reason for it, in words; milestone is the one it is about. */
export interface Reason {
  readonly code: 'forecast' | 'blocked' | 'late' | 'slack' | 'unowned' | 'on_track';
  readonly text: string;
  readonly milestone: string | null;
}

const SOON_DAYS = 14;
const TIGHT_SLACK = 2;
const MAX_REASONS = 10;

/** healthOf judges a plan as the server does (room/health.go). */
export function healthOf(plan: Scheduler): Health {
  const late = lateReasons(plan);
  const risks = riskReasons(plan);
  const reasons = [...late, ...risks].slice(0, MAX_REASONS);
  if (reasons.length === 0) reasons.push({ code: 'on_track', text: onTrackText(plan), milestone: null });
  const level = late.length > 0 ? 'late' : risks.length > 0 ? 'at_risk' : 'on_track';
  return { level, reasons };
}

function lateReasons(plan: Scheduler): readonly Reason[] {
  if (plan.goLive?.open === false) return [];
  const reasons: Reason[] = [];
  const slip = plan.slip ?? 0;
  if (slip > 0 && plan.items.some((m) => m.open))
    reasons.push({ code: 'forecast', text: slipText(plan, slip), milestone: plan.cause?.id ?? null });
  for (const m of plan.driving)
    if (m.status === 'blocked') reasons.push(about('blocked', m, 'is blocked and drives go-live'));
  return reasons;
}

// What is late, then what is short of time, then what is near and has no owner;
// each milestone once, the first due first.
function riskReasons(plan: Scheduler): readonly Reason[] {
  const today = plan.now;
  const open = plan.items
    .filter((m) => m.open)
    .sort((a, b) => (a.due ?? Infinity) - (b.due ?? Infinity) || 0);
  const late = open.filter((m) => isLate(m, today));
  const short = open.filter((m) => isShort(m) && !isLate(m, today));
  const nobodys = open.filter(
    (m) => m.unowned && m.due !== null && m.due <= today + SOON_DAYS && !isLate(m, today) && !isShort(m),
  );
  return [
    ...late.slice(0, MAX_REASONS).map((m) => about('late', m, `was due ${dayWords(m.due ?? 0, today)}`)),
    ...short.slice(0, MAX_REASONS).map((m) => about('slack', m, shortText(m, today))),
    ...nobodys
      .slice(0, MAX_REASONS)
      .map((m) => about('unowned', m, `is due ${dayWords(m.due ?? 0, today)} and has no owner`)),
  ];
}

// isShort: go-live, or a pinned date, waits for it and it has hardly any time
// left. Go-live itself has none by nature, nor has what is pinned.
function isShort(m: Item): boolean {
  const slack = latest(m)?.slack;
  return slack !== undefined && slack <= TIGHT_SLACK && m.leads && !m.goLive && (!m.pinned || slack < 0);
}

function about(code: Reason['code'], m: Item, said: string): Reason {
  return { code, text: named(m, said), milestone: m.id };
}
