import type { RejectFrame } from './frames';
import type { Notice, Pending, Replica } from './model';
import { findRecord } from './order';
import { targetOf, verbOf } from './schema';
import { confirmedStates } from './shown';
import { record, sameValue, text } from './state';
import type { Change, Commit, Op, Over, Stream, Target, Value } from './types';

/** Refusal is the server's answer to an op that had no effect. */
export type Refusal = Pick<RejectFrame, 'code' | 'message' | 'field' | 'current'>;

/** rejectNotice tells what was refused, at the field where it was edited, with what the person had put there. */
export function rejectNotice(replica: Replica, p: Pending, refusal: Refusal): Notice {
  const op = faulty(p, refusal.field);
  const at = subject(replica, p, op);
  const field = fieldOf(op, at, p, refusal.field);
  const states = confirmedStates(replica);
  const kept =
    at === null
      ? undefined
      : (record(states[p.stream], at.entity, at.id) ?? findRecord(states, at.entity, at.id));
  return {
    id: `reject:${replica.client}:${p.key}`,
    kind: 'reject',
    stream: p.stream,
    entity: at?.entity ?? 'room',
    record: at?.id ?? '',
    field,
    code: refusal.code,
    message: refusal.message,
    mine: mineOf(op, field),
    theirs: refusal.current ?? kept?.fields[field] ?? null,
    by: null,
    rev: 0,
    op,
  };
}

// faulty is the op of a group that a field like "ops[2].set.due" is about.
function faulty(p: Pending, field: string | undefined): Op | null {
  const index = /^ops\[(\d+)\]/.exec(field ?? '')?.[1];
  return p.ops[index === undefined ? 0 : Number(index)] ?? p.ops[0] ?? null;
}

function subject(replica: Replica, p: Pending, op: Op | null): Target | null {
  if (op === null) return null;
  if (op.kind === 'op.undo') return p.undone?.[0] ?? null;
  const milestone = proposedFor(replica, op);
  if (milestone !== null) return { entity: 'milestone', id: milestone };
  if (!('id' in op)) {
    const room = replica.streams.shared?.state.room?.keys().next().value;
    return room === undefined ? null : { entity: 'room', id: room };
  }
  return targetOf(op);
}

// proposedFor is the milestone whose date is proposed or answered.
function proposedFor(replica: Replica, op: Op): string | null {
  if (op.kind === 'date.propose') return op.milestone;
  if (!('id' in op) || !op.kind.startsWith('date.')) return null;
  return text(findRecord(confirmedStates(replica), 'date_proposal', op.id), 'milestone');
}

// fieldOf is the field of the record that an op is about, for the screen to put
// the message there.
function fieldOf(op: Op | null, at: Target | null, p: Pending, named: string | undefined): string {
  if (op === null || at === null) return '';
  if (op.kind === 'op.undo') return Object.keys(p.undone?.[0]?.set ?? {})[0] ?? '';
  if ('set' in op) {
    const field = /\bset\.(\w+)$/.exec(named ?? '')?.[1];
    return field !== undefined && field in op.set ? field : (Object.keys(op.set)[0] ?? '');
  }
  if (op.kind.startsWith('date.')) return 'due';
  return verbFields[op.kind] ?? verbFields[verbOf(op.kind)] ?? '';
}

const verbFields: Readonly<Record<string, string>> = {
  move: 'pos',
  remove: 'removed',
  restore: 'removed',
  'milestone.complete': 'status',
  'milestone.reopen': 'status',
  'milestone.reschedule': 'due',
  'plan.shift': 'go_live',
  'milestone.publish': 'visibility',
  'milestone.withdraw': 'visibility',
  'criterion.meet': 'met_at',
  'criterion.unmeet': 'met_at',
  'task.complete': 'done_at',
  'task.reopen': 'done_at',
  'comment.resolve': 'resolved_at',
  'comment.reopen': 'resolved_at',
  'participant.invite': 'state',
  'participant.revoke': 'state',
};

function mineOf(op: Op | null, field: string): Value {
  if (op === null) return null;
  if ('set' in op) return op.set[field] ?? null;
  if (op.kind === 'milestone.reschedule') return op.due;
  if (op.kind === 'date.propose' || op.kind === 'date.counter') return op.to;
  if (op.kind === 'plan.shift') return op.to;
  return null;
}

/** overNotices tell this person which of their values somebody replaced without having seen them. */
export function overNotices(replica: Replica, stream: Stream, commit: Commit): readonly Notice[] {
  const me = replica.me?.id;
  if (me === undefined || commit.over === undefined || commit.by === me) return [];
  return Object.entries(commit.over).flatMap(([key, over]) => {
    if (over.by !== me) return [];
    const found = replaced(commit, key, over);
    // An own edit of the field that is still on its way will replace it again.
    if (found === null || edits(replica.pending, found.change, found.field)) return [];
    return [overNotice(stream, commit, found, over)];
  });
}

interface Replaced {
  readonly change: Change;
  readonly field: string;
}

function overNotice(stream: Stream, commit: Commit, { change, field }: Replaced, over: Over): Notice {
  return {
    id: `over:${stream}:${commit.rev}:${change.entity}/${change.id}/${field}`,
    kind: 'over',
    stream,
    entity: change.entity,
    record: change.id,
    field,
    mine: over.value,
    theirs: change.set[field] ?? null,
    by: commit.by,
    rev: commit.rev,
    op: null,
  };
}

// replaced finds what a key of over is about: a field, or entity/id/field where
// the commit has overs on several records.
function replaced(commit: Commit, key: string, over: Over): Replaced | null {
  const [entity, id, named] = key.split('/');
  if (named !== undefined) {
    const change = commit.changes.find((c) => c.entity === entity && c.id === id);
    return change === undefined ? null : { change, field: named };
  }
  const candidates = commit.changes.filter((change) => key in change.set);
  const change = candidates.find((c) => sameValue(c.was?.[key], over.value)) ?? candidates[0];
  return change === undefined ? null : { change, field: key };
}

function edits(pending: readonly Pending[], change: Change, field: string): boolean {
  return pending.some(
    (p) =>
      !p.covered &&
      p.ops.some((op) => 'set' in op && field in op.set && (!('id' in op) || op.id === change.id)),
  );
}
