import type { StreamChange } from './fold';
import type { Author } from './predict';
import { visibilityOf } from './schema';
import { isRemoved, type PlanRecord, record, type States, text } from './state';
import type { Entity, Stream, Value } from './types';

/** publish shows a private milestone to everybody, with its criteria and tasks. */
export function publish(states: States, stream: Stream, id: string): readonly StreamChange[] {
  return stream === 'shared' ? [] : relocate(states, stream, 'shared', id);
}

/** withdraw takes a shared milestone back to the author's side. */
export function withdraw(
  states: States,
  stream: Stream,
  id: string,
  author: Author,
): readonly StreamChange[] {
  const side = author.me?.side;
  if (stream !== 'shared' || (side !== 'seller' && side !== 'buyer')) return [];
  return relocate(states, 'shared', side, id);
}

// relocate leaves a tombstone behind for every record that it takes along.
function relocate(states: States, from: Stream, to: Stream, id: string): readonly StreamChange[] {
  const milestone = record(states[from], 'milestone', id);
  if (milestone === undefined || isRemoved(milestone)) return [];
  const changes = carry(from, to, 'milestone', milestone);
  for (const entity of ['criterion', 'task'] as const) {
    for (const part of states[from]?.[entity]?.values() ?? []) {
      if (text(part, 'milestone') === id) changes.push(...carry(from, to, entity, part));
    }
  }
  return changes;
}

function carry(from: Stream, to: Stream, entity: Entity, found: PlanRecord): StreamChange[] {
  const seen: Record<string, Value> = 'visibility' in found.fields ? { visibility: visibilityOf(to) } : {};
  // The tombstone says by its visibility where the record has gone. One of an
  // earlier publish or withdrawal may be in its way there.
  const left = { removed: true, ...seen };
  // Why its date moved was said to one side.
  const told: Record<string, Value> = to === 'shared' && entity === 'milestone' ? { due_reason: null } : {};
  const set = { removed: null, ...found.fields, ...seen, ...told };
  return [
    { stream: from, change: { entity, id: found.id, set: left, was: {} } },
    { stream: to, change: { entity, id: found.id, set, was: null } },
  ];
}
