import { describe, expect, test } from 'vitest';
import type { MilestoneView, PhaseView, PlanView } from '../../replica/view-types';
import { moveOp, neighbour, statusOp } from './ops';
import { DRAFT, planRows, type RowOptions } from './rows';

function milestone(id: string, phase: string, more: Partial<MilestoneView> = {}): MilestoneView {
  const owners = { seller: null, buyer: null };
  return {
    id,
    phase,
    pos: id,
    stream: 'shared',
    title: id,
    status: 'not_started',
    owners,
    ...more,
  } as MilestoneView;
}

function plan(...phases: (readonly [string, readonly MilestoneView[]])[]): PlanView {
  return {
    phases: phases.map(([id, milestones]) => ({ id, name: id, milestones }) as unknown as PhaseView),
  } as unknown as PlanView;
}

const a = milestone('a', 'P', { late: true });
const b = milestone('b', 'P');
const c = milestone('c', 'Q');
const view = plan(['P', [a, b]], ['Q', [c]]);

function ids(options: Partial<RowOptions>, of: PlanView = view): string {
  const all: RowOptions = {
    filter: 'all',
    me: null,
    collapsed: new Set(),
    editable: true,
    draft: null,
    kept: null,
    orphan: null,
    ...options,
  };
  return planRows(of, all)
    .map((row) => row.id)
    .join(' ');
}

describe('planRows', () => {
  test('phases, their milestones and where to add', () => {
    expect(ids({})).toBe('P a b add:P Q c add:Q add-phase');
    expect(ids({ editable: false })).toBe('P a b Q c');
  });
  test('a closed phase is its head, unless the focus is in it', () => {
    expect(ids({ collapsed: new Set(['P']) })).toBe('P Q c add:Q add-phase');
    expect(ids({ collapsed: new Set(['P']), kept: 'b', editable: false })).toBe('P a b Q c');
  });
  test('a filter leaves out empty phases and keeps the row with the focus', () => {
    expect(ids({ filter: 'late' })).toBe('P a');
    expect(ids({ filter: 'late', kept: 'c' })).toBe('P a Q c');
  });
  test('a draft stands behind its milestone', () => {
    expect(ids({ editable: false, draft: { phase: 'P', after: 'a' } })).toBe(`P a ${DRAFT} b Q c`);
    expect(ids({ editable: false, draft: { phase: 'P', after: null } })).toBe(`P ${DRAFT} a b Q c`);
  });
  test('an orphan keeps its place, also without its phase', () => {
    const left = plan(['P', [b]], ['Q', [c]]);
    expect(ids({ editable: false, orphan: a }, left)).toBe('P a b Q c');
    expect(ids({ editable: false, orphan: a }, plan(['Q', [c]]))).toBe('Q c a');
  });
});

describe('moving', () => {
  test('goes on in the phase beside at the ends', () => {
    expect(neighbour(view, a, 1)).toEqual({ phase: 'P', after: 'b' });
    expect(neighbour(view, b, 1)).toEqual({ phase: 'Q', after: null });
    expect(neighbour(view, c, -1)).toEqual({ phase: 'P', after: 'b' });
    expect(neighbour(view, a, -1)).toBeNull();
    expect(neighbour(view, c, 1)).toBeNull();
  });
  test('to where it is already is no op', () => {
    expect(moveOp(view, b, { phase: 'P', after: 'a' })).toBeNull();
    expect(moveOp(view, b, { phase: 'P', after: 'b' })).toBeNull();
    expect(moveOp(view, b, { phase: 'Q', after: null })).toEqual({
      kind: 'milestone.move',
      id: 'b',
      into: 'Q',
      after: null,
    });
  });
});

test('done and going back to work have ops of their own', () => {
  expect(statusOp(a, 'not_started')).toBeNull();
  expect(statusOp(a, 'done', 'agreed')).toEqual({ kind: 'milestone.complete', id: 'a', override: 'agreed' });
  expect(statusOp(milestone('d', 'P', { status: 'done' }), 'in_progress')?.kind).toBe('milestone.reopen');
  expect(statusOp(a, 'blocked')).toEqual({ kind: 'milestone.update', id: 'a', set: { status: 'blocked' } });
});
