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
