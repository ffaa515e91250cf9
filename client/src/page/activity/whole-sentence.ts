import type { ActivityItem } from '../../connection/room-client';
import type { Change } from '../../replica/types';
import type { Base, Sentence, Words } from './sentence';

/**
 * wholeSentence tells of commits that are about the plan as a whole: many milestones by how many there
 * are, working days by whose they are; null for anything else.
 */
export function wholeSentence(item: ActivityItem, base: Base, words: Words): Sentence | null {
  const all = { ...base, what: '' };
  const whose = companiesOf(item.changes, words);
  if (whose !== null) return { ...all, verb: 'changed the working days of', what: whose };
  const milestones = item.changes.filter((c) => c.entity === 'milestone');
  const [made, taken, back] = [isNew, removed(true), removed(null)].map((is) => milestones.filter(is).length);
  switch (item.kind) {
    case 'plan.import':
      return { ...all, verb: `imported ${count(made ?? 0)}` };
    case 'template.apply':
      return { ...all, verb: `added ${count(made ?? 0)} from a template` };
    case 'op.undo':
      if ((taken ?? 0) > 1) return { ...all, verb: `took back ${count(taken ?? 0)}` };
      return (back ?? 0) > 1 ? { ...all, verb: `brought back ${count(back ?? 0)}` } : null;
    default:
      return null;
  }
}

/** count: "38 milestones". */
export function count(n: number): string {
  return n === 1 ? '1 milestone' : `${n} milestones`;
}

const DAYS_OFF = /^(seller|buyer)_(weekend|holidays|country)$/;

// companiesOf names whose days off were changed; null where something else was, too.
function companiesOf(changes: readonly Change[], { view: { room } }: Words): string | null {
  const [change] = changes;
  if (change?.entity !== 'room' || change.was === null || changes.length > 1) return null;
  const fields = Object.keys(change.set);
  if (fields.length === 0 || !fields.every((field) => DAYS_OFF.test(field))) return null;
  const sides = [
    fields.some((f) => f.startsWith('seller')) ? room?.seller_company : undefined,
    fields.some((f) => f.startsWith('buyer')) ? room?.buyer_company : undefined,
  ];
  return sides.filter((name) => name !== undefined).join(' and ');
}

function isNew(change: Change): boolean {
  return change.was === null;
}

function removed(to: true | null): (change: Change) => boolean {
  return ({ set }) => 'removed' in set && (set.removed ?? null) === to;
}
