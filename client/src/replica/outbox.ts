import type { AckFrame, ErrorFrame, OpFrame, RejectFrame } from './frames';
import { abandon, committed, resolveTarget } from './history';
import type { Pending } from './model';
import { rejectNotice } from './notice';
import { isOthers } from './others';
import type { Turn } from './turn';
import { type Op, STREAMS, type Stream } from './types';

// When the server names no time to wait before the next try.
const BUSY_MS = 1000;

/** propose keeps an op until the server has confirmed it. */
export function propose(turn: Turn, stream: Stream, ops: readonly Op[], group: boolean, at: string): void {
  if (ops.length === 0 || turn.stream(stream) === undefined) return;
  turn.set({ redo: [] });
  turn.mapPending((p) => (p.role === 'undo' ? { ...p, role: 'undone' } : p));
  if (coalesce(turn, stream, ops, group, at)) return;
  add(turn, { stream, ops, group, at, role: 'do', target: null, undone: null });
}

type NewPending = Pick<Pending, 'stream' | 'ops' | 'group' | 'at' | 'role' | 'target' | 'undone'>;

/** add appends an op that has not been sent. */
export function add(turn: Turn, op: NewPending): void {
  const key = turn.replica.nextKey;
  const by = turn.replica.me?.id ?? null;
  const base = turn.stream(op.stream)?.rev ?? 0;
  const made: Pending = { key, by, base, state: 'new', seq: null, rev: null, covered: false, ...op };
  turn.set({ nextKey: key + 1, pending: [...turn.replica.pending, made] });
}

// coalesce lets a newer value of the same fields take the place of the last op,
// which is allowed only while that op was never sent: the server answers a seq
// once, and an op that changed after it was sent would be lost (ShareDB #327).
function coalesce(turn: Turn, stream: Stream, ops: readonly Op[], group: boolean, at: string): boolean {
  const last = turn.replica.pending.at(-1);
  const [op, ...more] = ops;
  if (last === undefined || op === undefined || more.length > 0 || group) return false;
  const before = last.ops[0];
  if (last.state !== 'new' || last.role !== 'do' || last.group || last.stream !== stream) return false;
  if (isOthers(last, turn.replica.me)) return false;
  if (before === undefined || !sameFields(before, op)) return false;
  turn.setPending(last.key, { ops: [op], at, base: turn.stream(stream)?.rev ?? last.base });
  return true;
}

function sameFields(a: Op, b: Op): boolean {
  if (!a.kind.endsWith('.update') || a.kind !== b.kind || !('set' in a) || !('set' in b)) return false;
  if ('id' in a !== 'id' in b || ('id' in a && 'id' in b && a.id !== b.id)) return false;
  const names = Object.keys(a.set);
  return names.length === Object.keys(b.set).length && names.every((name) => name in b.set);
}

/**
 * flush sends what may be sent now: per stream in order, and no more than the
 * window in all. Without a name nothing is sent: it waits until there is one.
 */
export function flush(turn: Turn): void {
  const { renaming, expired, me } = turn.replica;
  if (renaming || expired || me === null) return;
  let free = turn.replica.window - turn.replica.pending.filter((p) => p.state === 'sent').length;
  for (const name of STREAMS) {
    const stream = turn.stream(name);
    if (stream === undefined || !stream.live || stream.busy || stream.fetching) continue;
    let nextSeq = stream.nextSeq;
    for (const p of turn.replica.pending) {
      if (isOthers(p, me)) continue;
      if (p.stream !== name || p.state === 'sent' || p.state === 'acked') continue;
      if (free <= 0 || waitsForTarget(p)) break;
      const seq = p.seq ?? nextSeq++;
      turn.setPending(p.key, { state: 'sent', seq });
      turn.effect({ kind: 'send', frame: frameOf(p, seq) });
      free--;
    }
    if (nextSeq !== stream.nextSeq) turn.setStream(name, { nextSeq });
  }
}

// waitsForTarget: an undo cannot name the rev of an op that has none yet.
function waitsForTarget(p: Pending): boolean {
  return p.ops.some((op) => op.kind === 'op.undo' && op.rev === 0);
}

/** frameOf is the one frame that an op has, however often it is sent. */
export function frameOf(p: Pick<Pending, 'stream' | 'ops' | 'group' | 'base'>, seq: number): OpFrame {
  const [op] = p.ops;
  const frame = { t: 'op', stream: p.stream, seq, base: p.base } as const;
  return p.group || op === undefined ? { ...frame, ops: p.ops } : { ...frame, op };
}

/** acked keeps a durable op until its commit is here, or drops it when it already is. */
export function acked(turn: Turn, frame: AckFrame): void {
  const p = turn.sent(frame.stream, frame.seq);
  const stream = turn.stream(frame.stream);
  if (p === undefined || stream === undefined) return;
  if (p.covered || (frame.rev <= stream.rev && !stream.fetching)) {
    turn.dropPending(p.key);
    committed(turn, p, frame.rev, null);
    return;
  }
  turn.setPending(p.key, { state: 'acked', rev: frame.rev });
  resolveTarget(turn, p.key, frame.rev, null);
}

/** refused takes an op back and says so at its field; busy only postpones it. */
export function refused(turn: Turn, frame: RejectFrame): void {
  const p = turn.sent(frame.stream, frame.seq);
  if (p === undefined) return;
  if (frame.code === 'busy') {
    holdFrom(turn, frame.stream, frame.seq);
    turn.setStream(frame.stream, { busy: true });
    turn.effect({ kind: 'wait', stream: frame.stream, ms: frame.retry_ms ?? BUSY_MS });
    return;
  }
  if (frame.code === 'expired') {
    turn.set({ expired: true });
    turn.effect({ kind: 'reconnect' });
    return;
  }
  turn.dropPending(p.key);
  abandon(turn, p);
  turn.effect({ kind: 'notice', notice: rejectNotice(turn.replica, p, frame) });
}

/** gap sends again from the seq that the server waits for. */
export function gap(turn: Turn, frame: ErrorFrame): void {
  if (frame.stream === undefined || frame.expected === undefined) return;
  const { stream, expected } = frame;
  const first = turn.replica.pending.find((p) => p.stream === stream && p.seq !== null && p.seq >= expected);
  if (first === undefined) return;
  if (first.seq !== expected) {
    // What is waited for is not here any more: only a new name helps.
    turn.set({ expired: true });
    turn.effect({ kind: 'reconnect' });
    return;
  }
  holdFrom(turn, stream, expected);
}

function holdFrom(turn: Turn, stream: Stream, seq: number): void {
  turn.mapPending((p) =>
    p.stream === stream && p.state === 'sent' && p.seq !== null && p.seq >= seq
      ? { ...p, state: 'again' }
      : p,
  );
}
