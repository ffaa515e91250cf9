import { byPosition } from '../../replica/order';
import type { MilestoneView, PhaseView, PlanView } from '../../replica/view-types';
import { type Filter, passes } from '../filters';
import { COLUMNS, type Column, type NavRow } from './nav';

/** Draft is a milestone that is being named and does not exist yet. */
export interface Draft {
  readonly phase: string;
  /** after is the milestone it goes behind, null for the first place of the phase. */
  readonly after: string | null;
}

export interface PhaseRow {
  readonly kind: 'phase';
  readonly id: string;
  readonly phase: PhaseView;
  readonly index: number;
  readonly of: number;
  readonly open: boolean;
}
export interface MilestoneRow {
  readonly kind: 'milestone';
  readonly id: string;
  readonly milestone: MilestoneView;
  readonly index: number;
  readonly of: number;
  /** standing: filtered rows stay while they have the focus, orphans while their editor is open. */
  readonly standing: 'shown' | 'filtered' | 'orphan';
}
export interface AddRow {
  readonly kind: 'add';
  readonly id: string;
  readonly phase: PhaseView;
  /** after is absent at the end of the phase. */
  readonly after?: string | null;
}
export interface AddPhaseRow {
  readonly kind: 'add-phase';
  readonly id: string;
}

/** Row is a row of the grid below its head. */
export type Row = PhaseRow | MilestoneRow | AddRow | AddPhaseRow;

export interface RowOptions {
  readonly filter: Filter;
  readonly me: string | null;
  readonly collapsed: ReadonlySet<string>;
  /** editable plans have rows to add to. */
  readonly editable: boolean;
  readonly draft: Draft | null;
  /** kept is the row with the focus: it stays although the filter leaves it out. */
  readonly kept: string | null;
  /** orphan was deleted by somebody else while its editor was open. */
  readonly orphan: MilestoneView | null;
}

/** DRAFT is the id of the row that names a draft. */
export const DRAFT = 'draft';
const ADD_PHASE = 'add-phase';

/** planRows lists the rows of a plan from top to bottom. */
export function planRows(view: PlanView, options: RowOptions): Row[] {
  const adding = options.editable && options.filter === 'all';
  const rows: Row[] = [];
  view.phases.forEach((phase, i) => {
    const shown = milestonesOf(phase, options);
    if (shown.length === 0 && options.filter !== 'all') return;
    // What has the focus is never folded away, also when somebody else moves it into a closed phase.
    const open = !options.collapsed.has(phase.id) || shown.some((row) => row.id === options.kept);
    rows.push({ kind: 'phase', id: phase.id, phase, index: i + 1, of: view.phases.length, open });
    if (!open) return;
    rows.push(...withDraft(shown, phase, options.draft));
    if (adding) rows.push({ kind: 'add', id: `add:${phase.id}`, phase });
  });
  const { orphan } = options;
  if (orphan !== null && !rows.some((row) => row.id === orphan.id)) {
    rows.push({ kind: 'milestone', id: orphan.id, milestone: orphan, index: 1, of: 1, standing: 'orphan' });
  }
  if (adding) rows.push({ kind: 'add-phase', id: ADD_PHASE });
  return rows;
}

function milestonesOf(phase: PhaseView, { filter, me, kept, orphan }: RowOptions): MilestoneRow[] {
  const left = orphan?.phase === phase.id && !phase.milestones.some((m) => m.id === orphan.id);
  const all = left && orphan !== null ? [...phase.milestones, orphan].sort(byPosition) : phase.milestones;
  const shown = all.filter((m) => passes(m, filter, me) || m.id === kept || m === orphan);
  return shown.map((milestone, i) => ({
    kind: 'milestone',
    id: milestone.id,
    milestone,
    index: i + 1,
    of: shown.length,
    standing: left && milestone === orphan ? 'orphan' : passes(milestone, filter, me) ? 'shown' : 'filtered',
  }));
}

function withDraft(shown: readonly MilestoneRow[], phase: PhaseView, draft: Draft | null): Row[] {
  if (draft?.phase !== phase.id) return [...shown];
  const at = draft.after === null ? 0 : shown.findIndex((row) => row.id === draft.after) + 1;
  return [...shown.slice(0, at), { kind: 'add', id: DRAFT, phase, after: draft.after }, ...shown.slice(at)];
}

const WITHOUT_MOVE = COLUMNS.slice(1);

/** navRow is what the keys need to know of a row. */
export function navRow(row: Row, editable: boolean): NavRow {
  switch (row.kind) {
    case 'milestone':
      return { id: row.id, cols: editable ? COLUMNS : WITHOUT_MOVE };
    case 'phase':
      return { id: row.id, cols: editable ? (['title', 'more'] as Column[]) : ['title'] };
    default:
      return { id: row.id, cols: ['title'], cellsOnly: true };
  }
}
