import { type PlanRecord, record, type States } from './state';
import { type Entity, STREAMS } from './types';

/** byPosition orders records of a list: by key, then by id, in code units as the server does. */
export function byPosition(
  a: { readonly pos: string; readonly id: string },
  b: { readonly pos: string; readonly id: string },
): number {
  if (a.pos !== b.pos) return a.pos < b.pos ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** findRecord finds a record in whichever stream has it. */
export function findRecord(states: States, entity: Entity, id: string): PlanRecord | undefined {
  for (const stream of STREAMS) {
    const found = record(states[stream], entity, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
