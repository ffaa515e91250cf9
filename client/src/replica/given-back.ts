import type { WelcomeFrame } from './frames';
import { hiddenKeys } from './history';
import type { Pending } from './model';
import { type Refusal, rejectNotice } from './notice';
import { isOthers } from './others';
import { text } from './state';
import type { Turn } from './turn';
import type { Me, Op } from './types';

/**
 * giveBack drops ops that will not be sent, and hands their text back in a
 * notice. Nothing is said about those that are durable, nor about an op and the
 * undo that takes it back: together they change nothing.
 */
export function giveBack(turn: Turn, ops: readonly Pending[], why: Refusal): void {
  const keys = new Set(ops.map((p) => p.key));
  const hidden = hiddenKeys(ops);
  for (const p of ops) {
    const cancels = hidden.has(p.key) || (p.target !== null && keys.has(p.target));
    if (p.state !== 'acked' && !cancels) tell(turn, p, why);
  }
  turn.mapPending((p) => (keys.has(p.key) ? null : p));
}

// tell makes a notice for each op of a group: each has a text of its own.
function tell(turn: Turn, p: Pending, why: Refusal): void {
  p.ops.forEach((op: Op, i) => {
    const notice = rejectNotice(turn.replica, { ...p, ops: [op] }, why);
    const id = p.ops.length > 1 ? `${notice.id}:${i}` : notice.id;
    turn.effect({ kind: 'notice', notice: { ...notice, id } });
  });
}

/**
 * giveBackOthers gives back what another person typed in this tab: sent now, it
 * would be this person's. What the server has processed is dropped, it happened
 * or did not.
 */
export function giveBackOthers(turn: Turn, frame: WelcomeFrame): void {
  const { me } = frame;
  if (me === null) return;
  const seqs = new Map(frame.streams.map((entry) => [entry.stream, entry.seq]));
  const others = turn.replica.pending.filter((p) => isOthers(p, me));
  const processed = (p: Pending): boolean => p.seq !== null && p.seq <= (seqs.get(p.stream) ?? 0);
  const dropped = new Set(others.filter(processed).map((p) => p.key));
  turn.mapPending((p) => (dropped.has(p.key) ? null : p));
  const left = others.filter((p) => !dropped.has(p.key));
  for (const by of new Set(left.map((p) => p.by))) {
    giveBack(
      turn,
      left.filter((p) => p.by === by),
      { code: 'forbidden', message: typedAs(turn, by, me) },
    );
  }
}

function typedAs(turn: Turn, by: string | null, me: Me): string {
  const person = turn.stream('shared')?.state.participant?.get(by ?? '');
  const name = (person && text(person, 'name')) ?? 'somebody else';
  return `This was typed as ${name}; you are here as ${me.name} now. Copy your text to send it yourself.`;
}

/** adopt makes what was typed without a name the first named person's, and nobody's after them. */
export function adopt(turn: Turn, me: Me | null): void {
  if (me === null) return;
  turn.mapPending((p) => (p.by === null ? { ...p, by: me.id } : p));
}
