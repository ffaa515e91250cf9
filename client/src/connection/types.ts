import type { Presence, PresenceState } from '../replica/frames';
import type { Notice } from '../replica/model';
import type { Predict } from '../replica/shown';
import type { Access, Commit, Me, Side, Snapshot, Stream } from '../replica/types';
import type { PlanView } from '../replica/view-types';
import type { RoomSession } from './session';

export type { Notice } from '../replica/model';

/** Boot is what the server put into the page. */
export interface Boot {
  readonly room: string;
  readonly version: string;
  readonly now: string;
  readonly me: Me | null;
  readonly link: { readonly side: Side; readonly access: Access; readonly personal: boolean } | null;
  readonly streams: readonly BootStream[];
  readonly activity: readonly ActivityItem[];
  /** session is true when a cookie authorised the page. */
  readonly session: boolean;
  readonly notice: { readonly kind: 'gone' | 'expired' | 'revoked' } | null;
  /** embed: the page is for a frame, and a page of one of these origins is around it. */
  readonly embed?: { readonly origins: readonly string[] };
}

export interface BootStream {
  readonly stream: Stream;
  readonly epoch: string;
  readonly rev: number;
  readonly seq: number;
  readonly snapshot: Snapshot;
}

/** ActivityItem is a commit and the stream it is in. */
export interface ActivityItem extends Commit {
  readonly stream: Stream;
}

/** ConnState is how the page stands with the server; see Conn. */
export type ConnState = 'live' | 'reconnecting' | 'offline' | 'stopped';

/** StopReason says why no further attempt is made. */
export type StopReason = 'gone' | 'revoked' | 'expired' | 'archived' | 'forbidden' | 'protocol' | 'version';

export interface Conn {
  readonly state: ConnState;
  /** queued is the number of changes that the server has not confirmed yet. */
  readonly queued: number;
  readonly why?: StopReason;
  /** wasLive is false until the first welcome: a page that is still arriving. */
  readonly wasLive: boolean;
}

/** RoomSnapshot is all a screen shows. It is immutable; parts keep their identity. */
export interface RoomSnapshot {
  readonly view: PlanView;
  /** revs is how far each stream has been read that this page may read. */
  readonly revs: { readonly [stream in Stream]?: number };
  readonly me: Me | null;
  readonly conn: Conn;
  /** here are the named sessions present, this one left out. */
  readonly here: readonly Presence[];
  /** watching counts viewers without a name. */
  readonly watching: number;
  readonly notices: readonly Notice[];
  /** activity is newest first. */
  readonly activity: readonly ActivityItem[];
  /** activityMore: loadActivity may find older ones. */
  readonly activityMore: boolean;
  /** pendingFields holds `${entity}/${id}/${field}` of everything shown but not confirmed. */
  readonly pendingFields: ReadonlySet<string>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** JoinResult says whether a name was accepted. */
export type JoinResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly field?: string };

export interface RoomClientOptions {
  readonly boot: Boot;
  /** token is the link token of the page's path; null on /r/{room}. */
  readonly token: string | null;
  /** session is the right to be in the room where that comes from no link and no cookie. */
  readonly session?: RoomSession;
  readonly fetch?: typeof fetch;
  readonly WebSocket?: typeof WebSocket;
  /** predict brings what shows an op before the server has answered: it is not on the first screen. */
  readonly predict: () => Promise<Predict>;
  /** now returns milliseconds since 1970. */
  readonly now?: () => number;
  /** reload loads the page anew. */
  readonly reload?: () => void;
}

/** PresenceChange is the part of one's own presence that changed. */
export type PresenceChange = Partial<PresenceState>;
