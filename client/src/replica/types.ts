// The words of the wire: records, ops, commits and frames. Names are those of
// the server, so a field reads the same in Go, SQL, JSON and here.

/** Stream is the part of a room that one audience sees. */
export type Stream = 'shared' | 'seller' | 'buyer';

/** STREAMS lists every stream, in the server's order. */
export const STREAMS: readonly Stream[] = ['shared', 'seller', 'buyer'];

/** Side says which company a person speaks for; none is a watcher's. */
export type Side = 'seller' | 'buyer' | 'partner' | 'none';

/** Access is how much a person may do, each level including the ones before. */
export type Access = 'viewer' | 'commenter' | 'contributor' | 'editor' | 'owner';

/** Entity is the kind of a record. */
export type Entity =
  | 'room'
  | 'participant'
  | 'role_slot'
  | 'phase'
  | 'milestone'
  | 'criterion'
  | 'task'
  | 'dependency'
  | 'comment'
  | 'date_proposal'
  | 'baseline'
  | 'acceptance';

/** Target is what a comment is on: a record of the plan. */
export interface Target {
  readonly entity: Entity;
  readonly id: string;
}

/** Value is one field's value; null clears a field and is never kept. */
export type Value = string | number | boolean | readonly string[] | Target | Dates | null;

/** Dates holds a day for each of several milestones, by id. */
export type Dates = Readonly<Record<string, string>>;

/** Fields holds values by field name. */
export type Fields = Readonly<Record<string, Value>>;

/** RecordOf is a record as a snapshot holds it: its fields and its id. */
export type SnapshotRecord = { readonly id: string } & Fields;

/** Snapshot is the state of one stream at a rev, tombstones included. */
export interface Snapshot {
  readonly entities: { readonly [entity in Entity]?: readonly SnapshotRecord[] };
}

/** Change is what became of one record; was is null when it was created. */
export interface Change {
  readonly entity: Entity;
  readonly id: string;
  readonly set: Fields;
  readonly was: Fields | null;
}

/** Over says what a commit replaced that its author had not seen. */
export interface Over {
  readonly by: string | null;
  readonly rev: number;
  readonly value: Value;
}

/** Commit is one op, or one atomic group, that took effect in one stream. */
export interface Commit {
  readonly rev: number;
  readonly client?: string;
  readonly seq?: number;
  /** by is a participant's id, or null for the workspace itself. */
  readonly by: string | null;
  readonly at: string;
  readonly kind: string;
  /** of names the commit of the same op in its own stream: this is its twin in a private one. */
  readonly of?: { readonly stream: Stream; readonly rev: number };
  readonly changes: readonly Change[];
  /** over is keyed by field, or by entity/id/field where several records have one. */
  readonly over?: Readonly<Record<string, Over>>;
}

/** Place is where in its list a record goes; at most one key is given. */
export interface Place {
  readonly after?: string | null;
  readonly before?: string | null;
}

export type Addable =
  | 'phase'
  | 'milestone'
  | 'task'
  | 'criterion'
  | 'comment'
  | 'role_slot'
  | 'participant'
  | 'dependency';
export type Updatable =
  | 'phase'
  | 'milestone'
  | 'task'
  | 'criterion'
  | 'comment'
  | 'role_slot'
  | 'participant';
export type Movable = 'phase' | 'milestone' | 'task' | 'criterion';
export type Removable = Addable;

export interface AddOp extends Place {
  readonly kind: `${Addable}.add`;
  readonly id: string;
  readonly set: Fields;
}
export interface UpdateOp {
  readonly kind: `${Updatable}.update`;
  readonly id: string;
  readonly set: Fields;
}
export interface RoomUpdateOp {
  readonly kind: 'room.update';
  readonly set: Fields;
}
export interface MoveOp extends Place {
  readonly kind: `${Movable}.move`;
  readonly id: string;
  readonly into?: string;
}
/** RecordOp is an op that needs nothing but the record's id. */
export interface RecordOp {
  readonly kind:
    | `${Removable}.remove`
    | `${Removable}.restore`
    | 'milestone.reopen'
    | 'milestone.publish'
    | 'milestone.withdraw'
    | 'criterion.meet'
    | 'criterion.unmeet'
    | 'task.complete'
    | 'task.reopen'
    | 'comment.resolve'
    | 'comment.reopen'
    | 'participant.invite'
    | 'participant.revoke'
    | 'baseline.remove'
    | 'baseline.restore';
  readonly id: string;
}
export interface CompleteOp {
  readonly kind: 'milestone.complete';
  readonly id: string;
  /** override is why the milestone is done although criteria are unmet. */
  readonly override?: string;
}
export interface RescheduleOp {
  readonly kind: 'milestone.reschedule';
  readonly id: string;
  readonly due: string;
  /** push moves what waits for it later, as far as it must. */
  readonly push: boolean;
  readonly reason?: string;
  /** unilateral moves a date that both sides agreed on, and marks it with this side. */
  readonly unilateral?: boolean;
}
/** ProposeOp suggests a date; the milestone keeps its own until the other side says yes. */
export interface ProposeOp {
  readonly kind: 'date.propose';
  readonly id: string;
  readonly milestone: string;
  readonly to: string;
  readonly reason?: string;
}
/** AnswerOp answers the proposal with that id, or takes it back. */
export interface AnswerOp {
  readonly kind: 'date.accept' | 'date.decline' | 'date.withdraw';
  readonly id: string;
  readonly reason?: string;
  /** push, with date.accept, moves dependants along; unilateral also those that both sides agreed on. */
  readonly push?: boolean;
  readonly unilateral?: boolean;
}
/** CounterOp answers the proposal with that id by another date. */
export interface CounterOp {
  readonly kind: 'date.counter';
  readonly id: string;
  readonly to: string;
  readonly reason?: string;
}
/** AgreeOp is this side's yes to the plan as of a rev of the shared stream. */
export interface AgreeOp {
  readonly kind: 'plan.accept';
  readonly rev: number;
}
export interface ShiftOp {
  readonly kind: 'plan.shift';
  /** to is the new go-live. */
  readonly to: string;
  /** mode says which open dates move along: all of them, those not pinned, or none. */
  readonly mode: 'all' | 'counted' | 'none';
  readonly reason?: string;
  readonly unilateral?: boolean;
}
export interface BaselineOp {
  readonly kind: 'baseline.add';
  readonly name: string;
}
export interface TemplateOp {
  readonly kind: 'template.apply';
  readonly template: string;
  readonly go_live?: string | null;
}
export interface UndoOp {
  readonly kind: 'op.undo';
  readonly rev: number;
}

/** Op is what a person asks for. */
export type Op =
  | AddOp
  | UpdateOp
  | RoomUpdateOp
  | MoveOp
  | RecordOp
  | CompleteOp
  | RescheduleOp
  | ProposeOp
  | AnswerOp
  | CounterOp
  | AgreeOp
  | BaselineOp
  | ShiftOp
  | TemplateOp
  | UndoOp;

/** Code sorts refusals by what the reader does next. */
export type Code = 'invalid' | 'forbidden' | 'gone' | 'conflict' | 'limit' | 'expired' | 'busy';

/** Me is the person this page speaks for. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly side: Side;
  readonly access: Access;
}
