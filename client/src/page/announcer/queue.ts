import type { Change } from '../../replica/types';
import type { PlanView } from '../../replica/view-types';
import { passes } from '../filters';
import type { Announced } from '../own.svelte';

/** Spoken is one remote change to be announced. */
export interface Spoken {
  readonly who: string;
  readonly text: string;
}

/** WINDOW_MS: at most one utterance in two seconds. */
export const WINDOW_MS = 2_000;

/** utter says what happened in one window: up to two changes in full, more as a count with names. */
export function utter(changes: readonly Spoken[], locale: string): string {
  if (changes.length <= 2) return changes.map((c) => c.text).join('. ');
  const who = [...new Set(changes.map((c) => c.who))];
  return `${changes.length} changes by ${new Intl.ListFormat(locale, { type: 'conjunction' }).format(who)}`;
}

/** worthSaying reports whether somebody wants changes of others read out. */
export function worthSaying(
  changes: readonly Change[],
  wanted: Announced,
  view: PlanView,
  me: string | null,
): boolean {
  if (wanted !== 'mine') return wanted === 'all';
  const changed = new Set(changes.map((change) => change.id));
  return [...view.milestones.values()].some(
    (m) =>
      passes(m, 'mine', me) &&
      [m, ...m.criteria, ...m.tasks, ...m.comments].some((part) => changed.has(part.id)),
  );
}
