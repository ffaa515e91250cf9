import { reschedule, shift } from '../replica/predict-move';
import type { MilestoneView } from '../replica/view-types';
import type { Room } from './room.svelte';

/**
 * changeDue moves a milestone to another day, wherever that is asked for. A date that others wait
 * for, that both sides agreed on, or that is go-live's is asked about first.
 */
export function changeDue(room: Room, m: MilestoneView, due: string | null): boolean {
  if (due === m.due) return false;
  if (isAgreed(m) && due === null) {
    room.show('Both sides agreed on this date. It can be moved, not removed.');
    return false;
  }
  if (due !== null && asks(room, m, due)) {
    room.named(() => room.ask({ id: m.id, due }));
    return false;
  }
  room.update(m, { due });
  return true;
}

/** moveDue is changeDue, with a notice that offers the way back to undo. */
export function moveDue(room: Room, m: MilestoneView, due: string, undo: string | null = m.due): void {
  room.named(() => {
    if (!changeDue(room, m, due)) return;
    room.show(`${m.title} moved to ${room.weekDay(due)}`, () => room.update(m, { due: undo }));
  });
}

/** isAgreed: both sides said yes to the date, and it has not come to pass. */
export function isAgreed(m: MilestoneView): boolean {
  return m.agreed_due !== null && m.status !== 'done' && m.status !== 'cancelled';
}

// asks: more than the one date is at stake.
function asks({ view, mySide }: Room, m: MilestoneView, due: string): boolean {
  if (isAgreed(m) && due !== m.agreed_due) return true;
  const { states } = view;
  const [id, side] = [m.id, mySide ?? ''];
  const moved =
    m.is_go_live && m.due !== null
      ? shift(states, { kind: 'plan.shift', to: due, mode: 'all' }, side)
      : reschedule(states, m.stream, { kind: 'milestone.reschedule', id, due, push: true }, side);
  return moved?.some((other) => other.id !== id) ?? false;
}
