import type { Code, Commit, Entity, Me, Op, Side, Snapshot, Stream, Value } from './types';

/** PROTOCOL is the WebSocket subprotocol of these frames. */
export const PROTOCOL = 'parley.v1';

/** Position is how far a stream has been read: a rev means nothing outside its epoch. */
export interface Position {
  readonly epoch: string;
  readonly rev: number;
}

/** Focus is the place in the plan that somebody is at. */
export interface Focus {
  readonly entity: Entity;
  readonly id: string;
  readonly field?: string;
  /** stream is the one that the record is in, as the server found. */
  readonly stream?: Stream;
}

/** PresenceState is what a person tells the others about being here. */
export interface PresenceState {
  readonly focus: Focus | null;
  readonly editing: boolean;
  /** draft is the text being typed, at most 140 characters. */
  readonly draft: string;
  readonly view: string;
  readonly presenting: boolean;
}

/** Presence is one session of a named participant, as the others see it. */
export interface Presence extends Partial<PresenceState> {
  readonly session: string;
  readonly participant: string;
  readonly name: string;
  readonly side: Side;
}

// Client → server.

export interface HelloFrame {
  readonly t: 'hello';
  readonly v: 1;
  readonly client: string;
  readonly token?: string;
  readonly streams: { readonly [stream in Stream]?: Position };
}
export interface OpFrame {
  readonly t: 'op';
  readonly stream: Stream;
  readonly seq: number;
  readonly base: number;
  readonly op?: Op;
  readonly ops?: readonly Op[];
}
export interface JoinFrame {
  readonly t: 'join';
  readonly stream: Stream;
  readonly epoch: string;
  /** rev is absent to ask for a snapshot. */
  readonly rev?: number;
}
export interface PresenceUpdateFrame extends Partial<PresenceState> {
  readonly t: 'presence';
}
export interface PingFrame {
  readonly t: 'ping';
  readonly n: number;
}

export type ClientFrame = HelloFrame | OpFrame | JoinFrame | PresenceUpdateFrame | PingFrame;

// Server → client.

/** StreamEntry says where one stream stands for a client that has just joined it. */
export interface StreamEntry {
  readonly stream: Stream;
  readonly epoch: string;
  readonly rev: number;
  /** seq is the last op of this client that was processed. */
  readonly seq: number;
  /** Exactly one of these three is present. */
  readonly snapshot?: Snapshot;
  readonly snapshot_url?: string;
  readonly resumed?: true;
}

export interface WelcomeFrame {
  readonly t: 'welcome';
  readonly v: number;
  readonly session: string;
  readonly me: Me | null;
  readonly now: string;
  /** window is the most ops that may be unacknowledged. */
  readonly window: number;
  readonly heartbeat_ms: number;
  readonly here: readonly Presence[];
  readonly watching?: number;
  readonly streams: readonly StreamEntry[];
}
export interface JoinedFrame extends StreamEntry {
  readonly t: 'joined';
}
export interface CommitsFrame {
  readonly t: 'commits';
  readonly stream: Stream;
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly commits: readonly Commit[];
}
export interface AckFrame {
  readonly t: 'ack';
  readonly stream: Stream;
  readonly seq: number;
  readonly rev: number;
}
export interface RejectFrame {
  readonly t: 'reject';
  readonly stream: Stream;
  readonly seq: number;
  readonly code: Code;
  readonly message: string;
  readonly field?: string;
  readonly current?: Value;
  readonly retry_ms?: number;
}
export interface PresenceFrame {
  readonly t: 'presence';
  readonly join?: readonly Presence[];
  readonly update?: readonly Presence[];
  readonly leave?: readonly string[];
  readonly watching?: number;
}
export interface ResyncFrame {
  readonly t: 'resync';
  readonly stream: Stream;
  readonly rev: number;
  readonly why: 'slow' | 'epoch' | 'overflow';
}
export interface PongFrame {
  readonly t: 'pong';
  readonly n: number;
  readonly revs: { readonly [stream in Stream]?: number };
}
export interface ByeFrame {
  readonly t: 'bye';
  readonly why: 'restart' | 'revoked' | 'expired' | 'archived';
  readonly retry_ms?: number;
}
export interface ErrorFrame {
  readonly t: 'error';
  readonly code: 'bad_frame' | 'seq_gap' | 'unauthorized' | 'rate' | 'too_large';
  readonly message: string;
  readonly stream?: Stream;
  readonly expected?: number;
  readonly fatal: boolean;
}

export type ServerFrame =
  | WelcomeFrame
  | JoinedFrame
  | CommitsFrame
  | AckFrame
  | RejectFrame
  | PresenceFrame
  | ResyncFrame
  | PongFrame
  | ByeFrame
  | ErrorFrame;
