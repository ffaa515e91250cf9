import { type PlanRecord, type State, sameValue, text } from './state';
import type { Change, Value } from './types';

/** TERMS are the words for what changed of the terms, most telling first. */
export const TERMS = ['added', 'removed', 'date', 'owner', 'criterion'] as const;
export type Term = (typeof TERMS)[number];

/** Broken is a change of what a side said yes to, and the milestone it is about. */
export interface Broken {
  readonly why: Term;
  readonly on: string | null;
}

/** brokenTerm is the most telling change of the terms among changes to the shared plan. */
export function brokenTerm(shared: State | undefined, changes: readonly Change[]): Broken | null {
  let found: Broken | null = null;
  for (const change of changes) {
    const next = termOf(shared, change);
    if (next !== null && (found === null || isBefore(next, found))) found = next;
  }
  return found;
}

function isBefore(a: Broken, b: Broken): boolean {
  const [x, y] = [TERMS.indexOf(a.why), TERMS.indexOf(b.why)];
  return x === y ? (a.on ?? '') < (b.on ?? '') : x < y;
}

function termOf(shared: State | undefined, change: Change): Broken | null {
  const found = shared?.[change.entity]?.get(change.id);
  if (change.entity === 'milestone') return milestoneTerm(found, change);
  if (change.entity === 'phase') return phaseTerm(shared, found, change);
  if (change.entity !== 'criterion') return null;
  const on = valueAfter(found, change, 'milestone');
  const names = ['removed', 'text', 'measure', 'target', 'confirm_by', 'milestone'];
  if (typeof on !== 'string' || !changes(found, change, names)) return null;
  return { why: 'criterion', on };
}

function milestoneTerm(found: PlanRecord | undefined, change: Change): Broken | null {
  const on = change.id;
  const was = found !== undefined && found.fields.removed !== true && text(found, 'status') !== 'cancelled';
  const now =
    valueAfter(found, change, 'removed') !== true && valueAfter(found, change, 'status') !== 'cancelled';
  if (was !== now) return { why: now ? 'added' : 'removed', on };
  if (!now) return null;
  if (changes(found, change, ['due', 'is_go_live'])) return { why: 'date', on };
  return changes(found, change, ['seller_owner', 'buyer_owner']) ? { why: 'owner', on } : null;
}

// phaseTerm: a phase takes its milestones along.
function phaseTerm(shared: State | undefined, found: PlanRecord | undefined, change: Change): Broken | null {
  if (found === undefined || !changes(found, change, ['removed'])) return null;
  for (const milestone of shared?.milestone?.values() ?? []) {
    if (text(milestone, 'phase') !== change.id || milestone.fields.removed === true) continue;
    return { why: change.set.removed === true ? 'removed' : 'added', on: null };
  }
  return null;
}

function valueAfter(found: PlanRecord | undefined, change: Change, name: string): Value | undefined {
  return name in change.set ? change.set[name] : found?.fields[name];
}

function changes(found: PlanRecord | undefined, change: Change, names: readonly string[]): boolean {
  return names.some((name) => name in change.set && !sameValue(found?.fields[name], change.set[name]));
}
