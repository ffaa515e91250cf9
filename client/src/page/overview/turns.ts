import type { CompanySide, CriterionView, MilestoneView, PlanView } from '../../replica/view-types';

/** Turn is what one company has to do next. */
export interface Turn {
  readonly side: CompanySide;
  readonly next: readonly MilestoneView[];
  /** open counts all that is open with it. */
  readonly open: number;
}

const SHOWN = 3;

/** turnOf lists what is open with a company, the first due first; without a date last. */
export function turnOf(view: PlanView, side: CompanySide): Turn {
  const open = inOrder(view).filter((m) => isOpen(m) && m.owners[side] !== null);
  const next = [...open].sort((a, b) => order(a.due ?? '9', b.due ?? '9')).slice(0, SHOWN);
  return { side, next, open: open.length };
}

/** Measured is a success criterion and the milestone it decides. */
export interface Measured {
  readonly criterion: CriterionView;
  readonly milestone: MilestoneView;
}

/** criteriaOf lists the criteria of a plan: open ones in the order of the plan, then those that are met. */
export function criteriaOf(view: PlanView): readonly Measured[] {
  const all = inOrder(view)
    .filter((m) => m.status !== 'cancelled')
    .flatMap((milestone) => milestone.criteria.map((criterion) => ({ criterion, milestone })));
  return [
    ...all.filter(({ criterion }) => criterion.met_at === null),
    ...all.filter(({ criterion }) => criterion.met_at !== null),
  ];
}

function inOrder(view: PlanView): readonly MilestoneView[] {
  return view.phases.flatMap((phase) => phase.milestones);
}

function isOpen(m: MilestoneView): boolean {
  return m.status !== 'done' && m.status !== 'cancelled';
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
