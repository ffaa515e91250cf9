import type { MilestoneView } from '../replica/view-types';
import type { Room } from './room.svelte';

/** changeDue moves a milestone to another day and offers the way back to undo, where it was before. */
export function changeDue(room: Room, m: MilestoneView, due: string, undo: string | null = m.due): void {
  room.named(() => {
    room.update(m, { due });
    // What both companies agreed on is not moved like this: the refusal says how.
    if (m.agreed_due !== null && due !== m.agreed_due) return;
    room.show(`${m.title} moved to ${room.weekDay(due)}`, () => room.update(m, { due: undo }));
  });
}
