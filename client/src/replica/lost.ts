import type { StreamEntry } from './frames';
import type { Kept, Pending } from './model';
import { type Refusal, rejectNotice } from './notice';
import { isOthers } from './others';
import { sameValue } from './state';
import type { Turn } from './turn';

// A server that was set back to an earlier state lacks edits that it had
// acknowledged. Only the tab that made them knows what they were.

// More than a failover loses; after a restore the newest are the ones worth saying.
const MAX_KEPT = 50;

const SET_BACK: Refusal = {
  code: 'gone',
  message: 'The server was set back to an earlier state, and your edit is not in it.',
};

/** keep remembers an own op that took effect, in case the server loses it. */
export function keep(turn: Turn, p: Pending, rev: number): void {
  const { client, kept } = turn.replica;
  const epoch = turn.stream(p.stream)?.epoch;
  if (epoch === undefined || p.seq === null) return;
  turn.set({ kept: [...kept, { client, epoch, op: { ...p, rev } }].slice(-MAX_KEPT) });
}

/**
 * tellLost says which own edits the server no longer has, given where it stands
 * in another epoch than they were acknowledged in. The newest of each field
 * counts, unless the server has the same or it is being edited again.
 */
export function tellLost(turn: Turn, entry: StreamEntry): void {
  const { kept, me } = turn.replica;
  const lost = kept.filter((k) => isLost(turn, k, entry));
  if (lost.length === 0) return;
  const gone = new Set(lost);
  turn.set({ kept: kept.filter((k) => !gone.has(k)) });
  const told = new Set<string>();
  for (const { client, op: p } of withoutUndone(lost).toReversed()) {
    if (isOthers(p, me)) continue;
    for (const [i, op] of p.ops.entries()) {
      const notice = rejectNotice(turn.replica, { ...p, ops: [op] }, SET_BACK);
      const place = `${notice.entity}/${notice.record}/${notice.field}`;
      const again = notice.field !== '' && sameValue(notice.mine, notice.theirs);
      if (told.has(place) || again || isEdited(turn, notice.record, notice.field)) continue;
      told.add(place);
      turn.effect({
        kind: 'notice',
        notice: { ...notice, id: `lost:${client}:${p.key}:${i}`, lost: true },
      });
    }
  }
}

function isLost(turn: Turn, { client, epoch, op }: Kept, entry: StreamEntry): boolean {
  if (op.stream !== entry.stream || epoch === entry.epoch) return false;
  if (client === turn.replica.client) return (op.seq ?? 0) > entry.seq;
  return (op.rev ?? 0) > entry.rev;
}

// withoutUndone leaves out undos and what they took back: together they changed nothing.
function withoutUndone(lost: readonly Kept[]): readonly Kept[] {
  const undone = new Set<string>();
  return lost
    .toReversed()
    .filter(({ op: p }) => {
      if (undone.has(`${p.stream}/${p.rev}`)) return false;
      const [op] = p.ops;
      if (op?.kind !== 'op.undo') return true;
      undone.add(`${p.stream}/${op.rev}`);
      return false;
    })
    .toReversed();
}

function isEdited(turn: Turn, record: string, field: string): boolean {
  return turn.replica.pending.some(
    (p) =>
      !p.covered && p.ops.some((op) => 'set' in op && field in op.set && (!('id' in op) || op.id === record)),
  );
}
