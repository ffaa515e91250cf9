import { addDays, weekday } from '../../replica/dates';
import type { MilestoneView, PlanView } from '../../replica/view-types';
import { isOver } from './rows';

/** Section is a part of the agenda. */
export interface Section {
  readonly id: 'late' | 'week' | 'fortnight' | 'later' | 'undated' | 'done';
  readonly name: string;
  readonly milestones: readonly MilestoneView[];
}

const NAMES: Readonly<Record<Section['id'], string>> = {
  late: 'Late',
  week: 'This week',
  fortnight: 'Next two weeks',
  later: 'Later',
  undated: 'No date yet',
  done: 'Done',
};
const FORTNIGHT = 14;

/** agendaOf lists what is to be done by when; empty sections are left out. This week ends on Sunday. */
export function agendaOf(view: PlanView): readonly Section[] {
  const sunday = addDays(view.today, 7 - weekday(view.today));
  const soon = addDays(sunday, FORTNIGHT);
  const sections: Record<Section['id'], MilestoneView[]> = {
    late: [],
    week: [],
    fortnight: [],
    later: [],
    undated: [],
    done: [],
  };
  for (const m of view.phases.flatMap((phase) => phase.milestones)) {
    sections[sectionOf(m, sunday, soon)].push(m);
  }
  return (Object.keys(NAMES) as Section['id'][])
    .map((id) => ({ id, name: NAMES[id], milestones: sorted(sections[id], id) }))
    .filter(({ milestones }) => milestones.length > 0);
}

function sectionOf(m: MilestoneView, sunday: string, soon: string): Section['id'] {
  if (isOver(m)) return 'done';
  if (m.due === null) return 'undated';
  if (m.late) return 'late';
  if (m.due <= sunday) return 'week';
  return m.due <= soon ? 'fortnight' : 'later';
}

// By date, what is done the newest first; the plan's order decides among equals.
function sorted(milestones: readonly MilestoneView[], id: Section['id']): readonly MilestoneView[] {
  const sign = id === 'done' ? -1 : 1;
  return [...milestones].sort((a, b) => sign * order(a.due ?? '', b.due ?? ''));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
