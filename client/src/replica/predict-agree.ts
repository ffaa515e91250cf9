import { datesOf, holds, newestAcceptance } from './acceptance';
import type { StreamChange } from './fold';
import type { Author } from './predict';
import { type PlanRecord, type States, text } from './state';
import type { AgreeOp, Dates, Entity, Fields } from './types';

// The ids of what the server makes arrive with the commit; until then these
// stand for them.
const YES = 'new acceptance';
const BASELINE = 'new baseline';

/** agree is this side's yes; with the other side's, while that holds, the dates become agreed. */
export function agree(states: States, op: AgreeOp, author: Author): readonly StreamChange[] {
  const side = author.me?.side;
  if (side !== 'seller' && side !== 'buyer') return [];
  const items = datesOf(states.shared);
  if (holds(newestAcceptance(states.shared, side)) || Object.keys(items).length === 0) return [];
  const own = { side, rev: op.rev, at: author.at, by: author.me?.id ?? null };
  const other = newestAcceptance(states.shared, side === 'seller' ? 'buyer' : 'seller');
  if (!holds(other)) return [made('acceptance', YES, own)];
  const earlier = [...(states.shared?.baseline?.values() ?? [])].filter((b) => b.fields.agreed === true);
  return [
    ...agreedDates(states, items),
    ...agreedGoLive(states),
    keepDates(states, `Agreement ${earlier.length + 1}`, author, true),
    made('acceptance', YES, { ...own, baseline: BASELINE }),
    changed('acceptance', other.id, { baseline: BASELINE }),
  ];
}

/** keepDates is a baseline: the dates as they are, under a name. */
export function keepDates(states: States, name: string, author: Author, agreed = false): StreamChange {
  return made('baseline', BASELINE, {
    name,
    rev: 0, // the server knows which
    at: author.at,
    by: author.me?.id ?? null,
    items: datesOf(states.shared),
    ...(agreed ? { agreed } : {}),
  });
}

function agreedDates(states: States, items: Dates): readonly StreamChange[] {
  const changes: StreamChange[] = [];
  for (const found of states.shared?.milestone?.values() ?? []) {
    const due = items[found.id] ?? null;
    if (due !== null && text(found, 'status') === 'done') continue;
    if (text(found, 'agreed_due') === due && text(found, 'moved_by') === null) continue;
    changes.push(changed('milestone', found.id, { agreed_due: due, moved_by: null }));
  }
  return changes;
}

function agreedGoLive(states: States): readonly StreamChange[] {
  const [room] = states.shared?.room?.values() ?? [];
  return room === undefined ? [] : [changed('room', room.id, { agreed_go_live: text(room, 'go_live') })];
}

function made(entity: Entity, id: PlanRecord['id'], set: Fields): StreamChange {
  return { stream: 'shared', change: { entity, id, set, was: null } };
}

function changed(entity: Entity, id: string, set: Fields): StreamChange {
  return { stream: 'shared', change: { entity, id, set, was: {} } };
}
