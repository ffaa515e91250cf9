import { isRemoved, type PlanRecord, type State, text } from './state';
import type { CompanySide } from './view-types';

/** holds reports whether nothing of the terms changed since a side said yes. */
export function holds(acceptance: PlanRecord | undefined): acceptance is PlanRecord {
  return acceptance !== undefined && text(acceptance, 'stale_at') === null;
}

/** newestAcceptance is a side's last yes: who agrees again has read further. */
export function newestAcceptance(shared: State | undefined, side: CompanySide): PlanRecord | undefined {
  let newest: PlanRecord | undefined;
  for (const found of shared?.acceptance?.values() ?? []) {
    if (isRemoved(found) || text(found, 'side') !== side) continue;
    if (newest === undefined || isLater(found, newest)) newest = found;
  }
  return newest;
}

function isLater(a: PlanRecord, b: PlanRecord): boolean {
  const [x, y] = [Number(a.fields.rev ?? 0), Number(b.fields.rev ?? 0)];
  if (x !== y) return x > y;
  const [s, t] = [text(a, 'at') ?? '', text(b, 'at') ?? ''];
  return s === t ? a.id > b.id : s > t;
}

/** newestBaseline is the newest that both sides agreed on. */
export function newestBaseline(shared: State | undefined): PlanRecord | undefined {
  let newest: PlanRecord | undefined;
  for (const found of shared?.baseline?.values() ?? []) {
    if (found.fields.agreed !== true || isRemoved(found)) continue;
    if (newest === undefined || rank(found) > rank(newest)) newest = found;
  }
  return newest;
}

// rank orders baselines by rev, then time, then id, as text of one width each.
function rank(found: PlanRecord): string {
  return `${String(found.fields.rev ?? 0).padStart(12, '0')} ${text(found, 'at') ?? ''} ${found.id}`;
}

/** counts reports whether a shared milestone is part of the plan: neither removed, with its phase or alone, nor cancelled. */
export function counts(shared: State | undefined, milestone: PlanRecord): boolean {
  const phase = shared?.phase?.get(text(milestone, 'phase') ?? '');
  const hidden = isRemoved(milestone) || (phase !== undefined && isRemoved(phase));
  return !hidden && text(milestone, 'status') !== 'cancelled';
}

/** datesOf is the day of every dated milestone that counts. */
export function datesOf(shared: State | undefined): Readonly<Record<string, string>> {
  const dates: Record<string, string> = {};
  for (const found of shared?.milestone?.values() ?? []) {
    const due = text(found, 'due');
    if (due !== null && counts(shared, found)) dates[found.id] = due;
  }
  return dates;
}
