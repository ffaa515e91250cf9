import { uuid } from '../../connection/uuid';
import type { Op } from '../../replica/types';
import type { MilestoneView } from '../../replica/view-types';
import type { Room } from '../room.svelte';

/**
 * proposal suggests a date to the other side. Where the other side's own waits, it is the answer to
 * that; where one of this side waits, it takes its place.
 */
export function proposal(room: Room, m: MilestoneView, to: string, reason: string): Op | readonly Op[] {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const open = m.proposal;
  if (open !== null && open.side !== room.mySide) return { kind: 'date.counter', id: open.id, to, ...why };
  const propose: Op = { kind: 'date.propose', id: uuid(), milestone: m.id, to, ...why };
  return open === null ? propose : [{ kind: 'date.withdraw', id: open.id }, propose];
}
