import type { Access } from '../../replica/types';
import type {
  CompanySide,
  MilestoneView,
  PersonView,
  PlanView,
  RoleSlotView,
} from '../../replica/view-types';

/** teamOf lists the people of a company who have, or will have, access. Who owns the room comes first. */
export function teamOf(view: PlanView, side: CompanySide | 'partner'): readonly PersonView[] {
  const there = [...view.people.values()].filter(
    (p) => p.side === side && !p.removed && p.state !== 'revoked',
  );
  return there.sort((a, b) => rank(a) - rank(b) || order(a.name, b.name));
}

/** goneOf lists those whose access was taken away. */
export function goneOf(view: PlanView, side: CompanySide): readonly PersonView[] {
  return [...view.people.values()].filter((p) => p.side === side && !p.removed && p.state === 'revoked');
}

function rank(p: PersonView): number {
  return p.access === 'owner' ? 0 : 1;
}

/** Work is what somebody owns and has not finished. */
export interface Work {
  readonly open: number;
  readonly late: number;
  /** next is what is due first. */
  readonly next: MilestoneView | null;
}

/** workOf counts the open milestones of a person, those of the roles they fill too. */
export function workOf(view: PlanView, person: string): Work {
  const open = [...view.milestones.values()].filter(
    (m) =>
      m.status !== 'done' &&
      m.status !== 'cancelled' &&
      (m.owners.buyer?.person?.id === person || m.owners.seller?.person?.id === person),
  );
  const dated = open.filter((m) => m.due !== null).sort((a, b) => order(a.due ?? '', b.due ?? ''));
  return { open: open.length, late: open.filter((m) => m.late).length, next: dated[0] ?? open[0] ?? null };
}

/** rolesOf lists the roles of a company, the empty ones first. */
export function rolesOf(view: PlanView, side: CompanySide): readonly RoleSlotView[] {
  const roles = [...view.roleSlots.values()].filter((slot) => slot.side === side && !slot.removed);
  return roles.sort((a, b) => Number(filled(view, a)) - Number(filled(view, b)) || order(a.label, b.label));
}

/** filled reports whether somebody with access fills a role. */
export function filled(view: PlanView, slot: RoleSlotView): boolean {
  const person = view.people.get(slot.filled_by ?? '');
  return person !== undefined && !person.removed && person.state !== 'revoked';
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** CAN are the accesses, from least to most, in words that end "can …". */
export const CAN: readonly { readonly access: Access; readonly text: string }[] = [
  { access: 'viewer', text: 'Can view' },
  { access: 'commenter', text: 'Can comment' },
  { access: 'contributor', text: 'Can complete steps' },
  { access: 'editor', text: 'Can edit' },
  { access: 'owner', text: 'Can edit and invite' },
];

/** canWords says what an access lets people do. */
export function canWords(access: Access): string {
  return CAN.find((can) => can.access === access)?.text ?? '';
}

/** BUYING_ROLES are what the selling company notes for itself about somebody of the other. */
export const BUYING_ROLES: Readonly<Record<string, string>> = {
  champion: 'Champion',
  economic_buyer: 'Economic buyer',
  technical_evaluator: 'Technical evaluator',
  legal: 'Legal',
  procurement: 'Procurement',
  user: 'User',
  coach: 'Coach',
  blocker: 'Blocker',
};
