import { uuid } from '../../connection/uuid';
import type { Op, Place, Stream } from '../../replica/types';
import type { CompanySide, MilestoneView, PhaseView, PlanView, Status } from '../../replica/view-types';

/** Spot is where a milestone goes: a phase, and the milestone it comes after there. */
export interface Spot {
  readonly phase: string;
  readonly after: string | null;
}

/** moveOp moves a milestone to a spot; null when it is there already. */
export function moveOp(view: PlanView, m: MilestoneView, spot: Spot): Op | null {
  const phase = view.phases.find((p) => p.id === spot.phase);
  if (phase === undefined || spot.after === m.id) return null;
  if (m.phase === spot.phase && before(phase, m.id) === spot.after) return null;
  return {
    kind: 'milestone.move',
    id: m.id,
    ...(m.phase === spot.phase ? {} : { into: spot.phase }),
    after: spot.after,
  };
}

function before(phase: PhaseView, id: string): string | null {
  const at = phase.milestones.findIndex((m) => m.id === id);
  return phase.milestones[at - 1]?.id ?? null;
}

/** neighbour is the spot one place up or down, into the phase beside it at the ends; null at the plan's ends. */
export function neighbour(view: PlanView, m: MilestoneView, by: 1 | -1): Spot | null {
  const at = view.phases.findIndex((p) => p.id === m.phase);
  const phase = view.phases[at];
  if (phase === undefined) return null;
  const index = phase.milestones.findIndex((other) => other.id === m.id);
  if (by === 1 && index < phase.milestones.length - 1) {
    return { phase: phase.id, after: phase.milestones[index + 1]?.id ?? null };
  }
  if (by === -1 && index > 0) return { phase: phase.id, after: phase.milestones[index - 2]?.id ?? null };
  const beside = view.phases[at + by];
  if (beside === undefined) return null;
  return { phase: beside.id, after: by === 1 ? null : (beside.milestones.at(-1)?.id ?? null) };
}

/** phaseMove moves a phase one place; null at the ends. */
export function phaseMove(view: PlanView, id: string, by: 1 | -1): Op | null {
  const at = view.phases.findIndex((p) => p.id === id);
  const beside = view.phases[at + by];
  if (beside === undefined) return null;
  return { kind: 'phase.move', id, ...(by === 1 ? { after: beside.id } : { before: beside.id }) };
}

/** addMilestone makes a milestone with a title and nothing else. */
export function addMilestone(phase: string, title: string, place: Place): { id: string; op: Op } {
  const id = uuid();
  return { id, op: { kind: 'milestone.add', id, set: { phase, title }, ...place } };
}

export function addPhase(name: string): { id: string; op: Op } {
  const id = uuid();
  return { id, op: { kind: 'phase.add', id, set: { name } } };
}

/** unmet counts the criteria that keep a milestone from being simply done. */
export function unmet(m: MilestoneView): number {
  return m.counts.criteria - m.counts.criteriaMet;
}

/** statusOp changes a status; done has an op of its own, and so has going back to work. */
export function statusOp(m: MilestoneView, status: Status, override?: string): Op | null {
  if (m.status === status) return null;
  if (status === 'done') {
    return { kind: 'milestone.complete', id: m.id, ...(override === undefined ? {} : { override }) };
  }
  if (m.status === 'done' && status === 'in_progress') return { kind: 'milestone.reopen', id: m.id };
  return { kind: 'milestone.update', id: m.id, set: { status } };
}

/** Sent is an op and the stream it goes to. */
export interface Sent {
  readonly stream: Stream;
  readonly ops: Op | readonly Op[];
}

/**
 * roleOwner gives a milestone to a role nobody is known for yet. Roles are
 * shared, so for a private milestone the role and the milestone are two changes.
 */
export function roleOwner(m: MilestoneView, side: CompanySide, label: string): Sent[] {
  const id = uuid();
  const add: Op = { kind: 'role_slot.add', id, set: { side, label } };
  const set: Op = { kind: 'milestone.update', id: m.id, set: { [`${side}_owner`]: id } };
  if (m.stream === 'shared') return [{ stream: 'shared', ops: [add, set] }];
  return [
    { stream: 'shared', ops: add },
    { stream: m.stream, ops: set },
  ];
}
