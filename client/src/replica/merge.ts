import { SCHEMA, visibilityOf } from './schema';
import { isRemoved, type PlanRecord, type Records, type States, text } from './state';
import { type Entity, STREAMS, type Stream } from './types';

/** Found is a record and the stream that it lives in. */
export interface Found {
  readonly record: PlanRecord;
  readonly stream: Stream;
}

/**
 * mergeRecords brings the records of one entity from all streams together: the
 * live one wins over the tombstone that a publish or a withdrawal left in
 * another stream, and the seller's own fields join their shared record.
 */
export function mergeRecords(states: States, entity: Entity): ReadonlyMap<string, Found> {
  const merged = new Map<string, Found>();
  if (SCHEMA[entity].sharedOnly) {
    for (const record of states.shared?.[entity]?.values() ?? []) {
      merged.set(record.id, { record: withSatellite(record, states.seller?.[entity]), stream: 'shared' });
    }
    return merged;
  }
  for (const stream of STREAMS) {
    for (const record of states[stream]?.[entity]?.values() ?? []) {
      const other = merged.get(record.id);
      if (other === undefined || isRemoved(other.record)) merged.set(record.id, { record, stream });
    }
  }
  return merged;
}

const joined = new WeakMap<PlanRecord, { readonly satellite: PlanRecord; readonly whole: PlanRecord }>();

// withSatellite keeps the identity of a record whose two parts stay the same.
function withSatellite(record: PlanRecord, satellites: Records | undefined): PlanRecord {
  const satellite = satellites?.get(record.id);
  if (satellite === undefined) return record;
  const kept = joined.get(record);
  if (kept?.satellite === satellite) return kept.whole;
  const whole = { id: record.id, fields: { ...satellite.fields, ...record.fields } };
  joined.set(record, { satellite, whole });
  return whole;
}

/**
 * tombstones lists the removed records of one entity that can be restored where
 * they are. Those that a publish or a withdrawal left behind are not among them:
 * their visibility is that of another stream, and so is their milestone's.
 */
export function tombstones(states: States, entity: Entity): readonly Found[] {
  const found: Found[] = [];
  for (const stream of SCHEMA[entity].sharedOnly ? (['shared'] as const) : STREAMS) {
    for (const record of states[stream]?.[entity]?.values() ?? []) {
      if (isRemoved(record) && !hasGone(states, stream, record)) found.push({ record, stream });
    }
  }
  return found;
}

function hasGone(states: States, stream: Stream, tombstone: PlanRecord): boolean {
  const seen = text(tombstone, 'visibility');
  if (seen !== null) return seen !== visibilityOf(stream);
  const milestone = states[stream]?.milestone?.get(text(tombstone, 'milestone') ?? '');
  return milestone !== undefined && isRemoved(milestone) && hasGone(states, stream, milestone);
}
