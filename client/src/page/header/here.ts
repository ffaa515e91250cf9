import type { Presence } from '../../replica/frames';
import type { PersonView } from '../../replica/view-types';

/** SHOWN is how many avatars there are before "+2". */
export const SHOWN = 5;

/** present returns who is here, each person once, however many tabs they have. */
export function present(
  here: readonly Presence[],
  people: ReadonlyMap<string, PersonView>,
  me: string | null,
): readonly PersonView[] {
  const ids = new Set(here.map((p) => p.participant));
  if (me !== null) ids.add(me);
  const found = [...ids].flatMap((id) => people.get(id) ?? []);
  // The others first, then oneself: one's own face says least.
  return found.sort((a, b) => Number(a.id === me) - Number(b.id === me));
}
