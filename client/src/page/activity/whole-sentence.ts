import type { ActivityItem } from '../../connection/room-client';
import type { Change } from '../../replica/types';
import type { Base, Sentence } from './sentence';

/** wholeSentence tells of commits that are about many milestones by how many there are; null for anything else. */
export function wholeSentence(item: ActivityItem, base: Base): Sentence | null {
  const all = { ...base, what: '' };
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

function isNew(change: Change): boolean {
  return change.was === null;
}

function removed(to: true | null): (change: Change) => boolean {
  return ({ set }) => 'removed' in set && (set.removed ?? null) === to;
}
