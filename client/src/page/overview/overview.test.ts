import { describe, expect, test } from 'vitest';
import type { Commit } from '../../replica/types';
import type { MilestoneView, PlanView } from '../../replica/view-types';
import { lineOf, movesOf, stepsOf } from './go-live';
import { criteriaOf, turnOf } from './turns';

function commit(rev: number, day: number, due: string, was: string | null, id = 'live'): Commit {
  const at = `2026-10-${String(day).padStart(2, '0')}T10:00:00.000000Z`;
  return {
    rev,
    by: 'ann',
    at,
    kind: 'milestone.update',
    changes: [{ entity: 'milestone', id, set: { due }, was: was === null ? null : { due: was } }],
  };
}

const log = [
  commit(4, 20, '2026-12-14', '2026-12-07'),
  commit(1, 1, '2026-11-30', null),
  commit(2, 5, '2026-11-01', '2026-10-01', 'another'),
  commit(3, 12, '2026-12-07', '2026-11-30'),
];

describe('the history of go-live', () => {
  const steps = stepsOf(log, 'live');

  test('is the days it was planned for, in order', () => {
    expect(steps.map((step) => step.day)).toEqual(['2026-11-30', '2026-12-07', '2026-12-14']);
    expect(stepsOf([commit(9, 3, '2026-12-02', '2026-12-01')], 'live').map((step) => step.day)).toEqual([
      '2026-12-01',
      '2026-12-02',
    ]);
  });

  test('counts the moves, since both sides agreed where they did', () => {
    expect(movesOf(steps, null)).toEqual({ times: 2, days: 14, since: steps[0]?.at });
    expect(movesOf(steps, '2026-10-15T00:00:00.000000Z')).toEqual({
      times: 1,
      days: 7,
      since: '2026-10-15T00:00:00.000000Z',
    });
    expect(movesOf(steps, '2026-10-21T00:00:00.000000Z')).toBeNull();
    expect(movesOf(steps.slice(0, 1), null)).toBeNull();
    expect(movesOf([], null)).toBeNull();
  });

  test('rises where go-live moves later', () => {
    const rounded = lineOf(steps, '2026-10-21').map(({ x, y }) => [Math.round(x), Math.round(y)]);
    expect(rounded).toEqual([
      [0, 88],
      [55, 50],
      [95, 12],
    ]);
  });
});

describe('whose turn it is', () => {
  const owner = { id: 'x' };
  const milestone = (id: string, due: string | null, more: object = {}) =>
    ({
      id,
      due,
      status: 'not_started',
      owners: { buyer: owner, seller: null },
      criteria: [],
      ...more,
    }) as unknown as MilestoneView;
  const view = {
    phases: [
      {
        milestones: [
          milestone('later', '2026-12-01', {
            criteria: [
              { id: 'c1', met_at: 'then' },
              { id: 'c2', met_at: null },
            ],
          }),
          milestone('undated', null),
          milestone('done', '2026-01-01', { status: 'done', criteria: [{ id: 'c3', met_at: null }] }),
          milestone('sellers', '2026-01-01', { owners: { buyer: null, seller: owner } }),
          milestone('first', '2026-11-01'),
          milestone('second', '2026-11-02'),
          milestone('dropped', '2026-11-02', { status: 'cancelled', criteria: [{ id: 'c4', met_at: null }] }),
        ],
      },
    ],
  } as unknown as PlanView;

  test('is the next three open milestones of a company', () => {
    const turn = turnOf(view, 'buyer');
    expect(turn.next.map((m) => m.id)).toEqual(['first', 'second', 'later']);
    expect(turn.open).toBe(4);
  });

  test('criteria are all of the plan, the open ones first', () => {
    expect(criteriaOf(view).map(({ criterion }) => criterion.id)).toEqual(['c2', 'c3', 'c1']);
  });
});
