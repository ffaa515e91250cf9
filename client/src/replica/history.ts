import { keep } from './lost';
import type { Done, Pending, Redoable, Replica } from './model';
import { isOthers } from './others';
import { add } from './outbox';
import { isRemoved, type PlanRecord, record, type State, sameValue } from './state';
import type { Turn } from './turn';
import type { Change, Op, Stream, Value } from './types';

// Undo is per tab, and an ordinary op: op.undo names a commit of one's own, and
// the server appends its inverse. Redo is the undo of the undo.

const MAX_UNDO = 100;

// Neither a hand-over between streams nor a person coming or going is undone
// this way.
const LASTING: readonly string[] = ['milestone.publish', 'milestone.withdraw'];

/** canUndo and canRedo say whether there is something to take back, or to bring back. */
export function canUndo(replica: Replica): boolean {
  return lastUndoable(replica) !== undefined || replica.undo.length > 0;
}

export function canRedo(replica: Replica): boolean {
  return lastUndo(replica) !== undefined || replica.redo.length > 0;
}

/** undo takes back this tab's last op. */
export function undo(turn: Turn, at: string): void {
  const last = lastUndoable(turn.replica) ?? turn.replica.undo.at(-1);
  if (last !== undefined) takeBack(turn, last.key, at);
}

/** takeBack undoes one op of this tab, whatever was done since; nothing when it is undone already. */
export function takeBack(turn: Turn, key: number, at: string): void {
  const p = undoable(turn.replica).find((found) => found.key === key);
  if (p === undefined) {
    const done = turn.replica.undo.findLast((found) => found.key === key);
    if (done === undefined) return;
    turn.set({ undo: turn.replica.undo.filter((other) => other !== done) });
    return addUndo(turn, done, null, 'undo', at);
  }
  if (p.state !== 'new') return addUndo(turn, doneOf(p), p.key, 'undo', at);
  turn.dropPending(p.key);
  const { stream, ops, group } = p;
  pushRedo(turn, { kind: 'ops', stream, ops, group });
}

/** redo brings back what undo took. */
export function redo(turn: Turn, at: string): void {
  const last = lastUndo(turn.replica);
  if (last !== undefined) {
    if (last.state === 'new') {
      turn.dropPending(last.key);
      if (last.target === null) restoreDone(turn, last);
      return;
    }
    return addUndo(turn, doneOf(last), last.key, 'redo', at);
  }
  const next = turn.replica.redo.at(-1);
  if (next === undefined) return;
  turn.set({ redo: turn.replica.redo.slice(0, -1) });
  if (next.kind === 'commit') return addUndo(turn, next, null, 'redo', at);
  add(turn, {
    stream: next.stream,
    ops: next.ops,
    group: next.group,
    at,
    role: 'redo',
    target: null,
    undone: null,
  });
}

/** committed remembers an own op that took effect, so that it can be taken back. */
export function committed(
  turn: Turn,
  p: Pending,
  rev: number | null,
  changes: readonly Change[] | null,
): void {
  if (rev === null) return;
  keep(turn, p, rev);
  const targeted = resolveTarget(turn, p.key, rev, changes);
  if (targeted || p.ops.some((op) => isLasting(op)) || isAgreement(changes)) return;
  const done: Done = { ...doneOf(p), rev, changes };
  if (p.role === 'undone') return;
  if (p.role === 'undo') return pushRedo(turn, { kind: 'commit', ...done });
  turn.set({ undo: [...turn.replica.undo, done].slice(-MAX_UNDO) });
}

/** resolveTarget tells the undo that waits for this op which commit it became, and whether there is one. */
export function resolveTarget(
  turn: Turn,
  key: number,
  rev: number,
  changes: readonly Change[] | null,
): boolean {
  const waiting = turn.replica.pending.find((p) => p.target === key);
  if (waiting === undefined) return false;
  const named: Op[] = waiting.ops.map((op) => (op.kind === 'op.undo' && op.rev === 0 ? { ...op, rev } : op));
  // While the op itself is pending the undo hides it; once committed, the undo
  // is shown as the inverse of its changes.
  const gone = !turn.replica.pending.some((p) => p.key === key);
  turn.setPending(waiting.key, {
    ops: waiting.state === 'new' ? named : waiting.ops,
    ...(gone ? { target: null, undone: changes } : {}),
  });
  return true;
}

/** abandon forgets what depended on a refused op: there is nothing to take back. */
export function abandon(turn: Turn, refused: Pending): void {
  turn.mapPending((p) => (p.target === refused.key && p.state === 'new' ? null : p));
}

/** forgetStream drops the history of a stream whose revs mean nothing any more. */
export function forgetStream(turn: Turn, stream: Stream): void {
  turn.set({
    undo: turn.replica.undo.filter((done) => done.stream !== stream),
    redo: turn.replica.redo.filter((next) => next.stream !== stream || next.kind === 'ops'),
  });
}

/** forgetHistory drops what another person did in this tab: it is not the next one's to undo or redo. */
export function forgetHistory(turn: Turn): void {
  turn.set({ undo: [], redo: [] });
}

/** inverse is what taking back changes sets now: only fields that still are as the commit left them. */
export function inverse(state: State | undefined, changes: readonly Change[]): readonly Change[] {
  return changes.flatMap((change) => {
    const found = record(state, change.entity, change.id);
    const set = found === undefined ? {} : before(change, found);
    return Object.keys(set).length === 0 ? [] : [{ ...change, set, was: {} }];
  });
}

function before(change: Change, found: PlanRecord): Record<string, Value> {
  if (change.was === null) return isRemoved(found) ? {} : { removed: true };
  const set: Record<string, Value> = {};
  for (const [name, value] of Object.entries(change.set)) {
    if (sameValue(found.fields[name], value)) set[name] = change.was[name] ?? null;
  }
  return set;
}

/** hiddenKeys are the pending ops that a later pending undo takes back. */
export function hiddenKeys(pending: readonly Pending[]): ReadonlySet<number> {
  const hidden = new Set<number>();
  for (const p of pending.toReversed()) {
    if (p.target !== null && !hidden.has(p.key)) hidden.add(p.target);
  }
  return hidden;
}

function addUndo(turn: Turn, done: Done, target: number | null, role: Pending['role'], at: string): void {
  const ops: Op[] = [{ kind: 'op.undo', rev: done.rev }];
  add(turn, { stream: done.stream, ops, group: false, at, role, target, undone: done.changes });
}

function restoreDone(turn: Turn, undoing: Pending): void {
  const [op] = undoing.ops;
  if (op?.kind !== 'op.undo') return;
  const done: Done = { ...doneOf(undoing), rev: op.rev, changes: undoing.undone };
  turn.set({ undo: [...turn.replica.undo, done] });
}

function pushRedo(turn: Turn, next: Redoable): void {
  turn.set({ redo: [...turn.replica.redo, next].slice(-MAX_UNDO) });
}

// doneOf is a pending op as the commit that it becomes; its rev is 0 until it is known.
function doneOf({ key, stream, rev }: Pending): Done {
  return { key, stream, rev: rev ?? 0, changes: null };
}

function lastUndoable(replica: Replica): Pending | undefined {
  return undoable(replica).at(-1);
}

// undoable are the pending ops that can be taken back and are not being taken
// back already.
function undoable(replica: Replica): readonly Pending[] {
  const taken = new Set(replica.pending.map((p) => p.target));
  return replica.pending.filter(
    (p) =>
      (p.role === 'do' || p.role === 'redo') &&
      !p.covered &&
      !isOthers(p, replica.me) &&
      !taken.has(p.key) &&
      !p.ops.some((op) => isLasting(op)),
  );
}

// lastUndo is the newest pending undo that is not being undone itself.
function lastUndo(replica: Replica): Pending | undefined {
  const taken = new Set(replica.pending.map((p) => p.target));
  return replica.pending.findLast(
    (p) => p.role === 'undo' && !p.covered && !isOthers(p, replica.me) && !taken.has(p.key),
  );
}

// isAgreement: what both sides said yes to is not taken back by one of them.
function isAgreement(changes: readonly Change[] | null): boolean {
  return changes?.some((c) => c.entity === 'baseline' && c.set.agreed === true) ?? false;
}

function isLasting(op: Op): boolean {
  return LASTING.includes(op.kind) || op.kind.startsWith('participant.');
}
