import { applyCommits, applyPong, applyResync } from './commits';
import { parseSnapshot } from './fold';
import type { HelloFrame, Position, ServerFrame } from './frames';
import { adopt } from './given-back';
import { forgetHistory, redo, takeBack, undo } from './history';
import { applyEntry, applyWelcome } from './join';
import type { Effect, Replica, ReplicaEvent, StreamReplica, StreamStart } from './model';
import { acked, flush, gap, propose, refused } from './outbox';
import { restore } from './saved';
import { newStream, Turn } from './turn';
import { type Me, STREAMS, type Stream } from './types';

/** Step is what an event makes of a replica, and what is to be done about it. */
export interface Step {
  readonly replica: Replica;
  readonly effects: readonly Effect[];
}

// Until the server has said how many: the window of protocol version 1.
const FIRST_WINDOW = 32;

/** create starts a replica from what the page brought along. */
export function create(client: string, me: Me | null, starts: readonly StreamStart[]): Replica {
  const streams: { [stream in Stream]?: StreamReplica } = {};
  for (const { stream, epoch, rev, snapshot } of starts) {
    streams[stream] = newStream(epoch, rev, { state: parseSnapshot(snapshot) });
  }
  return {
    client,
    owner: null,
    me,
    streams,
    pending: [],
    nextKey: 1,
    window: FIRST_WINDOW,
    kept: [],
    undo: [],
    redo: [],
    expired: false,
    renaming: false,
  };
}

/** hello is the first frame of a connection: who this is, and where each stream stands. */
export function hello(replica: Replica, token: string | null): HelloFrame {
  const streams: { [stream in Stream]?: Position } = {};
  for (const name of STREAMS) {
    const stream = replica.streams[name];
    if (stream !== undefined && stream.epoch !== '') streams[name] = { epoch: stream.epoch, rev: stream.rev };
  }
  return { t: 'hello', v: 1, client: replica.client, ...(token === null ? {} : { token }), streams };
}

/** reduce is the whole life of a replica, one event at a time. It is pure. */
export function reduce(replica: Replica, event: ReplicaEvent): Step {
  const turn = new Turn(replica);
  apply(turn, event);
  flush(turn);
  return { replica: turn.replica, effects: turn.effects };
}

function apply(turn: Turn, event: ReplicaEvent): void {
  switch (event.kind) {
    case 'propose':
      return propose(turn, event.stream, event.ops, event.group, event.at);
    case 'undo':
      return undo(turn, event.at);
    case 'redo':
      return redo(turn, event.at);
    case 'takeBack':
      return takeBack(turn, event.key, event.at);
    case 'restore':
      return restore(turn, event.saved);
    case 'frame':
      return applyFrame(turn, event.frame);
    case 'fetched':
      return applyEntry(turn, event.entry);
    case 'retry':
      return turn.setStream(event.stream, { busy: false });
    case 'closed':
      return closed(turn);
    case 'renamed':
      return renamed(turn, event.client, event.me);
    default:
      return unreachable(event);
  }
}

function applyFrame(turn: Turn, frame: ServerFrame): void {
  switch (frame.t) {
    case 'welcome':
      return applyWelcome(turn, frame);
    case 'joined':
      return applyEntry(turn, frame);
    case 'commits':
      return applyCommits(turn, frame);
    case 'ack':
      return acked(turn, frame);
    case 'reject':
      return refused(turn, frame);
    case 'resync':
      return applyResync(turn, frame);
    case 'pong':
      return applyPong(turn, frame);
    case 'error':
      if (frame.code === 'seq_gap') gap(turn, frame);
      return;
    case 'presence':
    case 'bye':
      return; // the connection's business
    default:
      // A frame of a later version: the protocol adds to itself freely.
      return;
  }
}

// closed keeps everything and remembers that what was on its way may be lost.
function closed(turn: Turn): void {
  for (const name of STREAMS) {
    turn.setStream(name, {
      live: false,
      joining: false,
      fetching: false,
      early: [],
      busy: false,
      behind: false,
    });
  }
  turn.mapPending((p) => (p.state === 'sent' ? { ...p, state: 'again' } : p));
}

// renamed starts over under a new name: its seqs begin at 1. What was typed
// without a name is from here on that of whoever gave one.
function renamed(turn: Turn, client: string, me: Me | null = turn.replica.me): void {
  closed(turn);
  const { owner } = turn.replica;
  if (owner !== null && me !== null && owner !== me.id) forgetHistory(turn);
  for (const name of STREAMS) turn.setStream(name, { nextSeq: 1 });
  adopt(turn, me);
  turn.set({ client, me, owner: null, renaming: false, expired: false });
}

function unreachable(event: never): never {
  throw new Error(`unknown event ${JSON.stringify(event)}`);
}
