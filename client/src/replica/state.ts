import type { Entity, Fields, Stream, Value } from './types';

/** PlanRecord is one record: its fields without nulls, and its id. */
export interface PlanRecord {
  readonly id: string;
  readonly fields: Fields;
}

/** Records holds the records of one entity by id, removed ones included. */
export type Records = ReadonlyMap<string, PlanRecord>;

/** State is what one stream holds at one rev. It is never changed in place. */
export type State = { readonly [entity in Entity]?: Records };

/** States holds the state of every readable stream. */
export type States = { readonly [stream in Stream]?: State };

/** ENTITIES lists every entity, parents before children. */
export const ENTITIES: readonly Entity[] = [
  'room',
  'participant',
  'role_slot',
  'phase',
  'milestone',
  'criterion',
  'task',
  'dependency',
  'comment',
  'date_proposal',
  'baseline',
  'acceptance',
];

/** EMPTY is a stream in which nothing has happened yet. */
export const EMPTY: State = {};

/** record finds a record in one stream. */
export function record(state: State | undefined, entity: Entity, id: string): PlanRecord | undefined {
  return state?.[entity]?.get(id);
}

/** text is a field that holds a string, or null. */
export function text(found: PlanRecord | undefined, field: string): string | null {
  const value = found?.fields[field];
  return typeof value === 'string' ? value : null;
}

/** isRemoved reports whether a record is a tombstone. */
export function isRemoved(found: PlanRecord): boolean {
  return found.fields.removed === true;
}

/** sameValue compares two field values by what they hold; undefined is an absent field. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => item === right[index])
    );
  }
  return sameEntries(left as Readonly<Record<string, string>>, right as Readonly<Record<string, string>>);
}

// sameEntries compares what a target, or dates by milestone, are written as.
function sameEntries(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
