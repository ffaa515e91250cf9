import type { PlanRecord, State, States } from './state';
import type { Change, Entity, Fields, Snapshot, SnapshotRecord, Stream, Value } from './types';

/** StreamChange is a change and the stream that it is in. */
export interface StreamChange {
  readonly stream: Stream;
  readonly change: Change;
}

/**
 * fold applies changes to a state: each upserts its record by id, and a null
 * deletes the field. Records and entities that no change names keep their
 * identity, and so does the state when there is no change.
 */
export function fold(state: State, changes: readonly Change[]): State {
  if (changes.length === 0) return state;
  const layer = new Layer({ shared: state });
  for (const change of changes) layer.apply('shared', change);
  return layer.states.shared ?? state;
}

/**
 * Layer is a states value that can be written to: it copies the records of an
 * entity once, at the first change to them, however many changes follow.
 */
export class Layer {
  #states: { [stream in Stream]?: State };
  readonly #own = new Set<unknown>();

  constructor(states: States) {
    this.#states = { ...states };
  }

  /** states is what the changes so far have made; it is not to be kept while the layer is in use. */
  get states(): States {
    return this.#states;
  }

  /** apply folds one change into a stream, if that stream is there. */
  apply(stream: Stream, change: Change): void {
    const state = this.#states[stream];
    if (state === undefined) return;
    const records = this.#writable(stream, state, change.entity);
    records.set(change.id, {
      id: change.id,
      fields: withFields(records.get(change.id)?.fields, change.set),
    });
  }

  #writable(stream: Stream, state: State, entity: Entity): Map<string, PlanRecord> {
    const found = state[entity];
    if (found !== undefined && this.#own.has(found)) return found as Map<string, PlanRecord>;
    const copy = new Map(found);
    this.#own.add(copy);
    this.#states[stream] = { ...state, [entity]: copy };
    return copy;
  }
}

function withFields(fields: Fields | undefined, set: Fields): Fields {
  const next: Record<string, Value> = { ...fields };
  for (const name in set) {
    const value = set[name];
    if (value === null || value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}

/** parseSnapshot reads a stream's snapshot. Entities this version does not know are kept. */
export function parseSnapshot(snapshot: Snapshot): State {
  const state: { [entity in Entity]?: Map<string, PlanRecord> } = {};
  for (const [entity, list] of Object.entries(snapshot.entities)) {
    const records = new Map<string, PlanRecord>();
    for (const { id, ...fields } of list) records.set(id, { id, fields: withFields(undefined, fields) });
    state[entity as Entity] = records;
  }
  return state;
}

/**
 * writeSnapshot is the inverse of parseSnapshot, in the server's own order:
 * entities by name, records by id, id first and then the fields by name, empty
 * entities left out.
 */
export function writeSnapshot(state: State): Snapshot {
  const entities: Record<string, SnapshotRecord[]> = {};
  for (const entity of Object.keys(state).sort() as Entity[]) {
    const records = state[entity];
    if (records === undefined || records.size === 0) continue;
    entities[entity] = [...records.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, fields }) => {
        const written: Record<string, Value> & { id: string } = { id };
        for (const name of Object.keys(fields).sort()) written[name] = fields[name] ?? null;
        return written;
      });
  }
  return { entities };
}
