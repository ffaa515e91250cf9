import { fold } from './fold';
import type { CommitsFrame, PongFrame, ResyncFrame } from './frames';
import { committed } from './history';
import { overNotices } from './notice';
import type { Turn } from './turn';
import { type Commit, STREAMS, type Stream } from './types';

// While a snapshot is being fetched this many frames wait for it. More means
// that the fetch is very slow: then the log is read again from its rev.
const MAX_EARLY = 512;

/** applyCommits folds what is next, ignores what is known, and asks again where something is missing. */
export function applyCommits(turn: Turn, frame: CommitsFrame): void {
  const stream = turn.stream(frame.stream);
  if (stream === undefined) return;
  if (stream.fetching) {
    const early = stream.early.length < MAX_EARLY ? [...stream.early, frame] : [];
    turn.setStream(frame.stream, { early });
    return;
  }
  if (frame.epoch !== stream.epoch) {
    if (!stream.joining) join(turn, frame.stream, frame.epoch, null);
    return;
  }
  if (frame.to <= stream.rev) return;
  if (frame.from > stream.rev + 1) {
    if (!stream.joining) join(turn, frame.stream, stream.epoch, stream.rev);
    return;
  }
  for (const commit of frame.commits) applyCommit(turn, frame.stream, commit);
}

function applyCommit(turn: Turn, name: Stream, commit: Commit): void {
  const stream = turn.stream(name);
  if (stream === undefined || commit.rev !== stream.rev + 1) return;
  turn.setStream(name, { rev: commit.rev, state: fold(stream.state, commit.changes), behind: false });
  const mine = commit.client === turn.replica.client && commit.seq !== undefined;
  if (mine) settle(turn, name, commit);
  else for (const notice of overNotices(turn.replica, name, commit)) turn.effect({ kind: 'notice', notice });
  turn.effect({ kind: 'committed', stream: name, commit, mine });
}

// settle drops the op that this commit is. Earlier ones of the stream were
// processed too: where no commit came, they were refused, and the refusal is on
// its way; until then they no longer show.
function settle(turn: Turn, name: Stream, commit: Commit): void {
  const seq = commit.seq ?? 0;
  const own = turn.sent(name, seq);
  if (own !== undefined) {
    turn.dropPending(own.key);
    committed(turn, own, commit.rev, commit.changes);
  }
  turn.mapPending((p) =>
    p.stream === name && p.seq !== null && p.seq < seq && !p.covered ? { ...p, covered: true } : p,
  );
}

/** applyResync answers that the queue was dropped: from here on, or afresh in another epoch. */
export function applyResync(turn: Turn, frame: ResyncFrame): void {
  const stream = turn.stream(frame.stream);
  if (stream === undefined) return;
  join(turn, frame.stream, stream.epoch, frame.why === 'epoch' ? null : stream.rev);
}

/** applyPong compares positions: behind twice in a row means that a last message was lost. */
export function applyPong(turn: Turn, frame: PongFrame): void {
  for (const name of STREAMS) {
    const stream = turn.stream(name);
    const rev = frame.revs?.[name];
    if (stream === undefined || rev === undefined || !stream.live || stream.fetching) continue;
    const behind = rev > stream.rev;
    if (behind && stream.behind) join(turn, name, stream.epoch, stream.rev);
    turn.setStream(name, { behind: behind && !stream.behind });
  }
}

/** join asks for what follows rev, or for a snapshot when rev is null. */
export function join(turn: Turn, stream: Stream, epoch: string, rev: number | null): void {
  turn.setStream(stream, { joining: true, behind: false });
  turn.effect({ kind: 'send', frame: { t: 'join', stream, epoch, ...(rev === null ? {} : { rev }) } });
}
