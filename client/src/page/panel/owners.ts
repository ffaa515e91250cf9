import type { CompanySide, PlanView } from '../../replica/view-types';

/** Choice is somebody who can own something. */
export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** ownerChoices lists the people and roles that may own something, of one side or, for null, of any. */
export function ownerChoices(view: PlanView, side: CompanySide | null): readonly Choice[] {
  const people = [...view.people.values()].filter(
    (p) => !p.removed && p.state !== 'revoked' && (side === null || p.side === side),
  );
  const roles = [...view.roleSlots.values()].filter((r) => !r.removed && (side === null || r.side === side));
  return [
    ...people.map((p) => ({ id: p.id, name: p.name })),
    ...roles.map((r) => ({ id: r.id, name: r.label })),
  ];
}
