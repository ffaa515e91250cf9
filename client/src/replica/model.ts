import type { ClientFrame, CommitsFrame, ServerFrame, StreamEntry } from './frames';
import type { State } from './state';
import type { Change, Code, Commit, Entity, Me, Op, Snapshot, Stream, Value } from './types';

/** Replica is this tab's copy of a room: what is confirmed, and what is still asked for. */
export interface Replica {
  /** client names this tab to the server, together with its seqs. */
  readonly client: string;
  /** owner is whose ops the server has taken under this client name, null while nobody's. */
  readonly owner: string | null;
  readonly me: Me | null;
  readonly streams: { readonly [stream in Stream]?: StreamReplica };
  /** pending are the ops that the confirmed state does not hold yet, in the order they were made. */
  readonly pending: readonly Pending[];
  readonly nextKey: number;
  /** window is the most ops that may be on their way unanswered. */
  readonly window: number;
  /** kept are the newest own ops that took effect, in case the server loses them. */
  readonly kept: readonly Kept[];
  readonly undo: readonly Done[];
  readonly redo: readonly Redoable[];
  /** expired: the server has forgotten this client, so a new name is needed. */
  readonly expired: boolean;
  /** renaming: no op is sent until the connection has brought a new client name. */
  readonly renaming: boolean;
}

/** StreamReplica is one stream as the server confirmed it, and how reading it goes. */
export interface StreamReplica {
  readonly epoch: string;
  readonly rev: number;
  readonly state: State;
  /** nextSeq is the seq that the next op of this client gets. */
  readonly nextSeq: number;
  /** live: the server has said where this client stands, on this connection. */
  readonly live: boolean;
  /** joining: an answer to join is on its way; no second one is sent for a gap. */
  readonly joining: boolean;
  /** fetching: the snapshot comes over HTTP; commits wait in early until it is here. */
  readonly fetching: boolean;
  readonly early: readonly CommitsFrame[];
  /** busy: the server asked to wait before any further op. */
  readonly busy: boolean;
  /** behind: the newest pong named a rev that is not here yet. */
  readonly behind: boolean;
}

/**
 * PendingState: new ops may still change and have no seq; a sent one never
 * changes again; again means sent before, to be sent as it is; acked means durable.
 */
export type PendingState = 'new' | 'sent' | 'again' | 'acked';

/** Pending is an op, or an atomic group, that the confirmed state does not hold yet. */
export interface Pending {
  /** key names it within this tab; later ones are larger. */
  readonly key: number;
  /** by is the participant who typed it, null while nobody had given a name. */
  readonly by: string | null;
  readonly stream: Stream;
  readonly ops: readonly Op[];
  readonly group: boolean;
  /** base is the rev of the stream that the author had seen. */
  readonly base: number;
  readonly at: string;
  readonly state: PendingState;
  readonly seq: number | null;
  /** rev is known once it is acked. */
  readonly rev: number | null;
  /** covered: the confirmed state has it or it was refused; only the verdict is missing. */
  readonly covered: boolean;
  /** role: undone is an undo that cannot be redone, because something else was done since. */
  readonly role: 'do' | 'undo' | 'redo' | 'undone';
  /** target is the key of the pending op that an undo takes back, null when it is committed. */
  readonly target: number | null;
  /** undone are the changes of the commit that an undo takes back, once they are known. */
  readonly undone: readonly Change[] | null;
}

/** Kept is an own op that took effect, under which client name and in which epoch. */
export interface Kept {
  readonly client: string;
  readonly epoch: string;
  readonly op: Pending;
}

/** Done is a commit of this tab that can be undone; changes is null when only its rev is known. */
export interface Done {
  /** key is what its op had while it was pending. */
  readonly key: number;
  readonly stream: Stream;
  readonly rev: number;
  readonly changes: readonly Change[] | null;
}

/** Redoable is an undo that can be undone, or an op that was taken back before it was sent. */
export type Redoable =
  | ({ readonly kind: 'commit' } & Done)
  | { readonly kind: 'ops'; readonly stream: Stream; readonly ops: readonly Op[]; readonly group: boolean };

/** Notice tells a person what became of their own edit, at its field. */
export interface Notice {
  readonly id: string;
  /** reject: the server refused it. over: someone replaced it without having seen it. */
  readonly kind: 'reject' | 'over';
  readonly stream: Stream;
  readonly entity: Entity;
  /** record is the id of the record. */
  readonly record: string;
  /** field is "" when the op is about no single field. */
  readonly field: string;
  readonly code?: Code;
  readonly message?: string;
  readonly mine: Value;
  readonly theirs: Value;
  /** by is who replaced it; null for the workspace, and for a refusal. */
  readonly by: string | null;
  readonly rev: number;
  /** lost: it was saved once, and the server no longer has it. */
  readonly lost?: true;
  /** op is what was refused, so it can be tried again. */
  readonly op: Op | null;
}

/** StreamStart is a stream as the page brought it along. */
export interface StreamStart {
  readonly stream: Stream;
  readonly epoch: string;
  readonly rev: number;
  readonly snapshot: Snapshot;
}

/** Saved is what survives a reload of the tab. */
export interface Saved {
  readonly v: 1;
  readonly client: string;
  readonly owner: string | null;
  readonly seqs: { readonly [stream in Stream]?: number };
  readonly epochs: { readonly [stream in Stream]?: string };
  readonly pending: readonly Pending[];
  readonly nextKey: number;
  /** kept is absent from what an earlier version wrote. */
  readonly kept?: readonly Kept[];
}

/** ReplicaEvent is all that can happen to a replica. */
export type ReplicaEvent =
  | {
      readonly kind: 'propose';
      readonly stream: Stream;
      readonly ops: readonly Op[];
      readonly group: boolean;
      readonly at: string;
    }
  | { readonly kind: 'undo' | 'redo'; readonly at: string }
  /** takeBack undoes one op, the one with that key. */
  | { readonly kind: 'takeBack'; readonly key: number; readonly at: string }
  | { readonly kind: 'restore'; readonly saved: Saved }
  | { readonly kind: 'frame'; readonly frame: ServerFrame }
  | { readonly kind: 'fetched'; readonly entry: StreamEntry }
  | { readonly kind: 'retry'; readonly stream: Stream }
  | { readonly kind: 'closed' }
  /** renamed: from here on under another client name, and as me where a name was given. */
  | { readonly kind: 'renamed'; readonly client: string; readonly me?: Me | null };

/** Effect is what the connection does after an event, in this order. */
export type Effect =
  | { readonly kind: 'send'; readonly frame: ClientFrame }
  | { readonly kind: 'fetch'; readonly stream: Stream; readonly url: string }
  /** wait: dispatch retry for the stream after ms. */
  | { readonly kind: 'wait'; readonly stream: Stream; readonly ms: number }
  /** reconnect: close the socket and open another at once. */
  | { readonly kind: 'reconnect' }
  /** rename: make a new client name, dispatch renamed, then open another socket. */
  | { readonly kind: 'rename' }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'committed'; readonly stream: Stream; readonly commit: Commit; readonly mine: boolean }
  /** jumped: a snapshot skipped the commits after from, up to to. */
  | { readonly kind: 'jumped'; readonly stream: Stream; readonly from: number; readonly to: number };
