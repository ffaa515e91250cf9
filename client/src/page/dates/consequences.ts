import { daysBetween } from '../../replica/dates';
import { reschedule, shift } from '../../replica/predict-move';
import type { ShiftOp } from '../../replica/types';
import type { CompanySide, MilestoneView, PlanView } from '../../replica/view-types';

/** Consequence is a milestone that moves because another one does. */
export interface Consequence {
  readonly milestone: MilestoneView;
  readonly from: string;
  readonly to: string;
  /** breaks: both sides agreed on the date that it leaves. */
  readonly breaks: boolean;
  /** offDay: as many days later it would lie on a day off, so it comes before. */
  readonly offDay: boolean;
}

/** pushed are the milestones that have to move later when m is due on another day (plan rule 5). */
export function pushed(
  view: PlanView,
  side: CompanySide | null,
  m: MilestoneView,
  due: string,
): readonly Consequence[] {
  const op = { kind: 'milestone.reschedule', id: m.id, due, push: true } as const;
  const moved = reschedule(view.states, m.stream, op, side ?? '');
  return byDate(moved.flatMap(({ id, set }) => (id === m.id ? [] : consequence(view, id, set.due, null))));
}

/** shifted are the milestones that move along with go-live (plan rule 8). */
export function shifted(
  view: PlanView,
  side: CompanySide | null,
  to: string,
  mode: ShiftOp['mode'],
): readonly Consequence[] {
  const was = view.room?.go_live ?? null;
  const moved = shift(view.states, { kind: 'plan.shift', to, mode }, side ?? '') ?? [];
  const by = was === null ? null : daysBetween(was, to);
  return byDate(
    moved.flatMap(({ id, set }) => (id === view.goLive?.id ? [] : consequence(view, id, set.due, by))),
  );
}

function byDate(found: readonly Consequence[]): readonly Consequence[] {
  return [...found].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

function consequence(view: PlanView, id: string, to: unknown, by: number | null): readonly Consequence[] {
  const milestone = view.milestones.get(id);
  if (milestone === undefined || milestone.due === null || typeof to !== 'string' || milestone.due === to)
    return [];
  const { due: from, agreed_due: agreed } = milestone;
  const breaks = agreed !== null && agreed !== to;
  return [{ milestone, from, to, breaks, offDay: by !== null && daysBetween(from, to) !== by }];
}
