import { describe, expect, test } from 'vitest';
import type { PlanView } from '../../replica/view-types';
import { filled, goneOf, rolesOf, teamOf, workOf } from './team';

const person = (id: string, more: object = {}) =>
  [id, { id, name: id, side: 'buyer', access: 'editor', state: 'active', removed: false, ...more }] as const;
const owned = (id: string, by: string, more: object = {}) =>
  [
    id,
    {
      id,
      status: 'not_started',
      due: null,
      late: false,
      owners: { buyer: { person: { id: by } }, seller: null },
      ...more,
    },
  ] as const;
const slot = (id: string, filled_by: string | null, more: object = {}) =>
  [id, { id, label: id, side: 'buyer', filled_by, removed: false, ...more }] as const;

const view = {
  people: new Map([
    person('Marc'),
    person('Dana', { access: 'owner' }),
    person('Anna', { state: 'invited' }),
    person('Left', { state: 'revoked' }),
    person('Removed', { removed: true }),
    person('Priya', { side: 'seller' }),
  ]),
  milestones: new Map([
    owned('a', 'Marc', { due: '2026-11-02' }),
    owned('b', 'Marc', { due: '2026-11-01', late: true }),
    owned('c', 'Marc'),
    owned('d', 'Marc', { status: 'done', due: '2026-01-01' }),
    owned('e', 'Dana'),
  ]),
  roleSlots: new Map([
    slot('Legal', null),
    slot('IT', 'Marc'),
    slot('Security', 'Left'),
    slot('Old', null, { removed: true }),
  ]),
} as unknown as PlanView;

describe('a company’s people', () => {
  test('are those with access, who owns the room first', () => {
    expect(teamOf(view, 'buyer').map((p) => p.id)).toEqual(['Dana', 'Anna', 'Marc']);
    expect(goneOf(view, 'buyer').map((p) => p.id)).toEqual(['Left']);
  });

  test('have what is open with them, the first due first', () => {
    const work = workOf(view, 'Marc');
    expect([work.open, work.late, work.next?.id]).toEqual([3, 1, 'b']);
    expect(workOf(view, 'Dana').next?.id).toBe('e');
    expect(workOf(view, 'Anna')).toEqual({ open: 0, late: 0, next: null });
  });

  test('fill roles; a role whose person lost access is empty again', () => {
    expect(rolesOf(view, 'buyer').map((role) => [role.id, filled(view, role)])).toEqual([
      ['Legal', false],
      ['Security', false],
      ['IT', true],
    ]);
  });
});
