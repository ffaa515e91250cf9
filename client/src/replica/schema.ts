import type { Entity, Stream, Target } from './types';

// What the optimistic effect of an op needs to know of the server's schema.
// Everything else is generic: a field nobody names here still folds and shows.

interface Kinded {
  /** parent is the field that names the record it is part of. */
  readonly parent?: string;
  /** ordered records have a list key, pos, within their parent. */
  readonly ordered?: true;
  /** visible records carry the visibility of their stream. */
  readonly visible?: true;
  /** sharedOnly records exist in the shared stream alone, their seller fields apart. */
  readonly sharedOnly?: true;
  /** sellerFields live in a satellite record with the same id in the seller stream. */
  readonly sellerFields?: readonly string[];
}

/** SCHEMA describes each entity. */
export const SCHEMA: { readonly [entity in Entity]: Kinded } = {
  room: { sharedOnly: true, sellerFields: ['amount', 'currency', 'crm_ref', 'close_date'] },
  participant: { sharedOnly: true, sellerFields: ['email', 'verified', 'buying_role'] },
  role_slot: { sharedOnly: true },
  phase: { ordered: true, sharedOnly: true },
  milestone: { parent: 'phase', ordered: true, visible: true },
  criterion: { parent: 'milestone', ordered: true },
  task: { parent: 'milestone', ordered: true, visible: true },
  dependency: {},
  comment: { visible: true },
  date_proposal: { parent: 'milestone', sharedOnly: true },
  baseline: { sharedOnly: true },
  acceptance: { sharedOnly: true },
};

/** visibilityOf is the visibility of a record in the stream. */
export function visibilityOf(stream: Stream): string {
  return stream === 'shared' ? 'shared' : `${stream}_only`;
}

/** entityOf is the entity that an op's kind names: "milestone.move" → milestone. */
export function entityOf(kind: string): Entity {
  const first = kind.slice(0, kind.indexOf('.'));
  if (first === 'date') return 'date_proposal';
  return first as Entity;
}

/** verbOf is what an op's kind does: "milestone.move" → "move". */
export function verbOf(kind: string): string {
  return kind.slice(kind.indexOf('.') + 1);
}

/** targetOf is the record an op is about, null where it is about none in particular. */
export function targetOf(op: { readonly kind: string; readonly id?: string }): Target | null {
  return op.id === undefined ? null : { entity: entityOf(op.kind), id: op.id };
}
