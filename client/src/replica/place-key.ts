import { generateKeyBetween } from 'fractional-indexing';
import { findRecord } from './order';
import { SCHEMA } from './schema';
import { type States, text } from './state';
import type { Entity, Place, Stream } from './types';

/**
 * placeKey is the list key that shows a record where an op puts it, until the
 * server's own key arrives. Removed records keep their place and count; a
 * private stream places its records between the shared ones, as the server does.
 */
export function placeKey(
  states: States,
  stream: Stream,
  entity: Entity,
  parent: string | null,
  place: Place,
  moving: string,
): string {
  const keys = siblingKeys(states, stream, entity, parent, moving);
  const neighbour = place.after ?? place.before ?? null;
  const at = neighbour === null ? null : positionOf(states, entity, neighbour);
  if (place.after !== undefined) {
    if (place.after === null) return between(null, keys[0] ?? null);
    if (at !== null) return between(at, keys.find((key) => key > at) ?? null);
  }
  if (place.before !== undefined && place.before !== null && at !== null) {
    return between(keys.findLast((key) => key < at) ?? null, at);
  }
  return between(keys.at(-1) ?? null, null);
}

function siblingKeys(
  states: States,
  stream: Stream,
  entity: Entity,
  parent: string | null,
  moving: string,
): string[] {
  const field = SCHEMA[entity].parent;
  const keys: string[] = [];
  for (const name of new Set<Stream>([stream, 'shared'])) {
    for (const found of states[name]?.[entity]?.values() ?? []) {
      const key = text(found, 'pos');
      if (key === null || found.id === moving) continue;
      if (field === undefined || text(found, field) === parent) keys.push(key);
    }
  }
  return keys.sort();
}

function positionOf(states: States, entity: Entity, id: string): string | null {
  const found = findRecord(states, entity, id);
  return text(found, 'pos');
}

function between(lower: string | null, upper: string | null): string {
  try {
    return generateKeyBetween(lower, upper);
  } catch {
    // A key that the algorithm does not know: show it beside its neighbour, the
    // commit brings the real one.
    return lower ?? upper ?? 'a0';
  }
}
