import { applyCommits, join } from './commits';
import { parseSnapshot } from './fold';
import type { StreamEntry, WelcomeFrame } from './frames';
import { adopt, giveBack, giveBackOthers } from './given-back';
import { committed, forgetHistory, forgetStream } from './history';
import { tellLost } from './lost';
import type { Pending, StreamReplica } from './model';
import type { Refusal } from './notice';
import { newStream, type Turn } from './turn';
import { STREAMS, type Stream } from './types';

const NOT_OPEN: Refusal = {
  code: 'forbidden',
  message: 'This part of the room is no longer open to you.',
};

/** applyWelcome starts a connection: every stream says where this client stands in it. */
export function applyWelcome(turn: Turn, frame: WelcomeFrame): void {
  turn.set({ me: frame.me, window: Math.max(1, frame.window) });
  const { owner, expired } = turn.replica;
  const others = owner !== null && frame.me !== null && owner !== frame.me.id;
  if (others) forgetHistory(turn);
  giveBackOthers(turn, frame);
  adopt(turn, frame.me);
  const open = new Set(frame.streams.map((entry) => entry.stream));
  for (const name of STREAMS) if (!open.has(name)) closeStream(turn, name);
  if (expired || others || frame.streams.some((entry) => missesSeqs(turn, entry))) rename(turn, frame);
  else turn.set({ owner: frame.me?.id ?? owner });
  for (const entry of frame.streams) applyEntry(turn, entry);
}

/** applyEntry places a stream: at its own rev, at a snapshot, or at one still to be fetched. */
export function applyEntry(turn: Turn, entry: StreamEntry): void {
  if (turn.stream(entry.stream) === undefined) {
    turn.set({ streams: { ...turn.replica.streams, [entry.stream]: newStream('', 0) } });
  }
  const name = entry.stream;
  const stream = turn.stream(name);
  if (stream === undefined) return;
  if (entry.snapshot_url !== undefined && entry.snapshot === undefined) {
    turn.setStream(name, { joining: false, fetching: true, early: [] });
    turn.effect({ kind: 'fetch', stream: name, url: entry.snapshot_url });
    return;
  }
  if (entry.snapshot !== undefined) {
    takeSnapshot(turn, stream, entry);
  } else if (entry.epoch !== stream.epoch) {
    return join(turn, name, entry.epoch, null);
  }
  tellLost(turn, entry);
  const early = turn.stream(name)?.early ?? [];
  turn.setStream(name, { live: true, joining: false, fetching: false, early: [], behind: false });
  settleSeqs(turn, entry);
  for (const frame of early) applyCommits(turn, frame);
}

// takeSnapshot replaces the confirmed state, unless what is here is as new.
function takeSnapshot(turn: Turn, stream: StreamReplica, entry: StreamEntry): void {
  const { stream: name, epoch, rev, snapshot } = entry;
  if (snapshot === undefined) return;
  const otherEpoch = epoch !== stream.epoch;
  if (otherEpoch) forgetStream(turn, name);
  if (otherEpoch || rev > stream.rev) {
    turn.setStream(name, { epoch, rev, state: parseSnapshot(snapshot) });
    turn.effect({ kind: 'jumped', stream: name, from: otherEpoch ? 0 : stream.rev, to: rev });
  }
  turn.mapPending((p) => (p.stream === name ? covered(turn, p, entry, otherEpoch) : p));
}

// covered says what a snapshot means for one pending op. A processed op is in it
// or was refused: it no longer shows, and is asked about again for the verdict.
function covered(turn: Turn, p: Pending, entry: StreamEntry, otherEpoch: boolean): Pending | null {
  if (p.seq === null) return otherEpoch ? { ...p, base: Math.min(p.base, entry.rev) } : p;
  if (p.seq > entry.seq) return p.state === 'acked' ? { ...p, state: 'again', rev: null } : p;
  if (p.state !== 'acked') return { ...p, covered: true };
  if (p.rev !== null && p.rev > entry.rev && !otherEpoch) return p; // its commit is still to come
  committed(turn, p, otherEpoch ? null : p.rev, null);
  return null;
}

// settleSeqs brings the seq counter in line with what the server has processed.
function settleSeqs(turn: Turn, entry: StreamEntry): void {
  const numbered = turn.replica.pending.filter((p) => p.stream === entry.stream && p.seq !== null);
  const last = numbered.at(-1)?.seq ?? 0;
  turn.setStream(entry.stream, { nextSeq: Math.max(entry.seq, last) + 1 });
}

// missesSeqs: the server waits for a seq that this tab no longer has, which
// happens when the server went back in time. Nothing under this name can go on.
function missesSeqs(turn: Turn, entry: StreamEntry): boolean {
  const first = turn.replica.pending.find(
    (p) => p.stream === entry.stream && p.seq !== null && (p.state !== 'acked' || p.seq > entry.seq),
  );
  return first?.seq != null && first.seq > entry.seq + 1;
}

// rename gives every op that was not processed back its freedom: it will be sent
// under a new client name. Processed ones are dropped, they happened or did not.
function rename(turn: Turn, frame: WelcomeFrame): void {
  const seqs = new Map(frame.streams.map((entry) => [entry.stream, entry.seq]));
  turn.mapPending((p) => {
    if (p.seq === null) return p;
    if (p.seq <= (seqs.get(p.stream) ?? 0)) return null;
    return { ...p, state: 'new', seq: null, rev: null, covered: false };
  });
  const keys = new Set(turn.replica.pending.map((p) => p.key));
  turn.mapPending((p) => (p.target !== null && !keys.has(p.target) && isUnresolved(p) ? null : p));
  turn.set({ expired: false, renaming: true });
  turn.effect({ kind: 'rename' });
}

function isUnresolved(p: Pending): boolean {
  return p.ops.some((op) => op.kind === 'op.undo' && op.rev === 0);
}

// closeStream forgets a stream that is no longer open to this person, and says
// so for every edit in it, also where only an earlier page of the tab had it open.
function closeStream(turn: Turn, name: Stream): void {
  const ops = turn.replica.pending.filter((p) => p.stream === name);
  giveBack(turn, ops, NOT_OPEN);
  if (turn.stream(name) === undefined) return;
  forgetStream(turn, name);
  const { [name]: _closed, ...streams } = turn.replica.streams;
  turn.set({ streams });
}
