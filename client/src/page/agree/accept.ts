import type { CompanySide } from '../../replica/view-types';
import type { Room } from '../room.svelte';

/** approver is who agrees for a side, null when any of its editors may. */
export function approver(room: Room, side: CompanySide): string | null {
  return room.view.room?.[`${side}_approver`] ?? null;
}

/** mayAgree reports whether this person's yes is their side's. */
export function mayAgree(room: Room): boolean {
  const side = room.mySide;
  if (side === null || !room.may('editor')) return false;
  const named = approver(room, side);
  return named === null || named === room.snap.me?.id;
}

/** agree says yes to the plan as it is on the screen; the server refuses it where it has moved on. */
export function agree(room: Room): void {
  room.named(() => {
    if (room.client.propose('shared', { kind: 'plan.accept', rev: room.snap.revs.shared ?? 0 }) === null)
      return;
    room.show(`${room.company(room.mySide ?? 'buyer')} agrees to this plan`);
  });
}
