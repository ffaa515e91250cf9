import type { Notice } from '../replica/model';
import { frameOf } from '../replica/outbox';
import { targetOf } from '../replica/schema';
import type { Op, Stream } from '../replica/types';
import { uuid } from './uuid';

/** The server closes a connection that sends a larger frame. */
export const FRAME_MAX_BYTES = 64 << 10;
/** Nobody types more than this without a connection; it would fill the tab's storage. */
export const PENDING_MAX = 1_000;

/**
 * refuseHere refuses an op that the server could only refuse by closing the
 * connection, or that cannot be kept until it is sent; null when it is fine.
 */
export function refuseHere(
  stream: Stream,
  ops: readonly Op[],
  group: boolean,
  pending: number,
): Notice | null {
  if (pending >= PENDING_MAX) {
    return limitNotice(stream, ops, 'Too many changes wait to be sent. Go on when the connection is back.');
  }
  const frame = frameOf({ stream, ops, group, base: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER);
  if (new TextEncoder().encode(JSON.stringify(frame)).length <= FRAME_MAX_BYTES) return null;
  return limitNotice(stream, ops, 'This is too long: one change holds at most 64 kB.');
}

function limitNotice(stream: Stream, ops: readonly Op[], message: string): Notice {
  const op = ops[0] ?? null;
  const at = op === null ? null : targetOf(op);
  const set = op !== null && 'set' in op ? op.set : {};
  const field = Object.keys(set)[0] ?? '';
  return {
    id: `limit:${uuid()}`,
    kind: 'reject',
    stream,
    entity: at?.entity ?? 'room',
    record: at?.id ?? '',
    field,
    code: 'limit',
    message,
    mine: set[field] ?? null,
    theirs: null,
    by: null,
    rev: 0,
    op,
  };
}
