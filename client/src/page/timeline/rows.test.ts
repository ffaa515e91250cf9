import { describe, expect, test } from 'vitest';
import type { MilestoneView, Owner, PlanView } from '../../replica/view-types';
import { agendaOf } from './agenda';
import { CROWDED, groupsOf, rowsOf } from './rows';

const person = (id: string, side: 'buyer' | 'seller') =>
  ({ kind: 'person', id, name: id, side, person: { id, name: id, side } }) as Owner;
const marc = person('Marc', 'buyer');
const priya = person('Priya', 'seller');

function milestone(
  id: string,
  buyer: Owner | null,
  seller: Owner | null,
  more: Partial<MilestoneView> = {},
): MilestoneView {
  return {
    id,
    status: 'not_started',
    due: null,
    late: false,
    owners: { buyer, seller },
    ...more,
  } as MilestoneView;
}

function plan(...phases: (readonly [string, readonly MilestoneView[]])[]): PlanView {
  return {
    today: '2026-10-22',
    phases: phases.map(([id, milestones]) => ({ id, name: id, milestones })),
  } as unknown as PlanView;
}

const NAMES = { buyer: 'Acme', seller: 'Northwind' };
const both = milestone('both', marc, priya);
const ours = milestone('ours', null, priya);
const theirs = milestone('theirs', marc, null, { status: 'done' });
const nobodys = milestone('nobodys', null, null);
const view = plan(['Try', [both, ours]], ['Buy', [theirs, nobodys]], ['Use', []]);

const shape = (by: 'phase' | 'side' | 'person') =>
  groupsOf(view, by, NAMES).map((g) => `${g.name}: ${g.milestones.map((m) => m.id).join(' ')}`);

describe('groups', () => {
  test('by phase are the phases that have milestones', () => {
    expect(shape('phase')).toEqual(['Try: both ours', 'Buy: theirs nobodys']);
  });

  test('by company say whose turn it is, and leave nobody out', () => {
    expect(shape('side')).toEqual([
      'With Acme: theirs',
      'With Northwind: ours',
      'With Acme and Northwind: both',
      'No owner yet: nobodys',
    ]);
  });

  test('by person show what two people own under both', () => {
    expect(shape('person')).toEqual(['Marc: both theirs', 'Priya: both ours', 'No owner yet: nobodys']);
    const ids = rowsOf(groupsOf(view, 'person', NAMES), new Set()).map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('rows', () => {
  test('of a finished group are folded away only in a crowd', () => {
    const done = Array.from({ length: CROWDED - 1 }, (_, i) =>
      milestone(`d${i}`, marc, null, { status: 'done' }),
    );
    const few = rowsOf(groupsOf(plan(['Try', done], ['Buy', [ours]]), 'phase', NAMES), new Set());
    expect(few).toHaveLength(CROWDED + 2);

    const crowd = groupsOf(plan(['Try', done], ['Buy', [ours, nobodys]]), 'phase', NAMES);
    expect(rowsOf(crowd, new Set()).map((row) => row.id)).toEqual(['Try', 'Buy', 'Buy/ours', 'Buy/nobodys']);
    expect(rowsOf(crowd, new Set(['Try']))).toHaveLength(CROWDED + 3);
  });

  test('of a group are hidden and shown by hand', () => {
    const groups = groupsOf(view, 'phase', NAMES);
    expect(rowsOf(groups, new Set(['Try'])).map((row) => row.id)).toEqual([
      'Try',
      'Buy',
      'Buy/theirs',
      'Buy/nobodys',
    ]);
  });
});

test('the agenda puts everything in its place by date; today is a Thursday', () => {
  const on = (due: string | null, more: Partial<MilestoneView> = {}) =>
    milestone(`${due}`, marc, null, { due, ...more });
  const sections = agendaOf(
    plan([
      'Try',
      [
        on('2026-11-09'),
        on('2026-11-08'),
        on('2026-10-26'),
        on('2026-10-25'),
        on('2026-10-22'),
        on('2026-10-20', { late: true }),
        on(null),
        on('2026-09-01', { status: 'done' }),
        on('2026-09-02', { status: 'done', late: false }),
      ],
    ]),
  );

  expect(sections.map((s) => [s.name, s.milestones.map((m) => m.id)])).toEqual([
    ['Late', ['2026-10-20']],
    ['This week', ['2026-10-22', '2026-10-25']],
    ['Next two weeks', ['2026-10-26', '2026-11-08']],
    ['Later', ['2026-11-09']],
    ['No date yet', ['null']],
    ['Done', ['2026-09-02', '2026-09-01']],
  ]);
});
