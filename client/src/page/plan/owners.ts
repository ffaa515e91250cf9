import type { CompanySide, PlanView } from '../../replica/view-types';

/** Choice is somebody, or a role, that a milestone can be given to. */
export interface Choice {
  readonly kind: 'person' | 'role' | 'nobody' | 'new';
  /** id is null for nobody, and for a role that does not exist yet. */
  readonly id: string | null;
  readonly name: string;
  readonly hint: string;
}

/** ownerChoices lists who can own a milestone for a side: its people, its roles, nobody, and what was typed as a new role. */
export function ownerChoices(view: PlanView, side: CompanySide, typed: string): Choice[] {
  const text = typed.trim();
  const fits = (name: string): boolean => name.toLocaleLowerCase().includes(text.toLocaleLowerCase());
  const people = [...view.people.values()]
    .filter((p) => !p.removed && p.state !== 'revoked' && p.side === side && fits(p.name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((p): Choice => ({ kind: 'person', id: p.id, name: p.name, hint: p.role ?? '' }));
  const roles = [...view.roleSlots.values()]
    .filter((r) => !r.removed && r.side === side && fits(r.label))
    .sort((a, b) => a.label.localeCompare(b.label))
    .map((r): Choice => ({ kind: 'role', id: r.id, name: r.label, hint: 'Role' }));
  const known = [...people, ...roles];
  if (text === '') return [...known, { kind: 'nobody', id: null, name: 'Nobody', hint: '' }];
  if (known.some((c) => c.name.toLocaleLowerCase() === text.toLocaleLowerCase())) return known;
  return [...known, { kind: 'new', id: null, name: text, hint: 'New role' }];
}
