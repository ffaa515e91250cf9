import type { States } from './state';
import type { Access, Dates, Entity, Side, Stream } from './types';

// What the screen shows: the records of every readable stream, merged, sorted
// and resolved. Record fields keep their wire names; an absent field is null.
// A view is immutable, and keeps the identity of every part that did not change.

export type Status = 'not_started' | 'in_progress' | 'blocked' | 'done' | 'cancelled';
export type Visibility = 'shared' | 'seller_only' | 'buyer_only';
export type CompanySide = 'seller' | 'buyer';

/** RoomView is the room's own record; its seller-only fields are null for others. */
export interface RoomView {
  readonly id: string;
  readonly name: string;
  readonly buyer_company: string;
  readonly seller_company: string;
  readonly time_zone: string;
  readonly go_live: string | null;
  readonly purpose: string | null;
  readonly compelling_event: string | null;
  readonly status: 'draft' | 'active' | 'won' | 'lost' | 'archived';
  /** A weekend is days of the week, 'mon' to 'sun'; null is Saturday and Sunday. */
  readonly seller_weekend: readonly string[] | null;
  readonly buyer_weekend: readonly string[] | null;
  readonly seller_holidays: readonly string[] | null;
  readonly buyer_holidays: readonly string[] | null;
  /** A country is where the holidays came from. */
  readonly seller_country: string | null;
  readonly buyer_country: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly crm_ref: string | null;
  readonly close_date: string | null;
  /** seller_approver and buyer_approver are the participants who agree for their side; null: any of its editors. */
  readonly seller_approver: string | null;
  readonly buyer_approver: string | null;
  /** agreed_go_live is the go-live that both sides agreed on, whichever milestone it was then. */
  readonly agreed_go_live: string | null;
}

/** PersonView is a participant. email, verified and buying_role are null for others than the seller. */
export interface PersonView {
  readonly id: string;
  readonly name: string;
  readonly side: Side;
  readonly company: string | null;
  readonly role: string | null;
  readonly access: Access;
  readonly state: 'added' | 'invited' | 'requested' | 'active' | 'revoked';
  readonly email: string | null;
  readonly verified: boolean | null;
  readonly buying_role: string | null;
  readonly removed: boolean;
}

/** RoleSlotView is an owner known only by role. */
export interface RoleSlotView {
  readonly id: string;
  readonly side: Side;
  readonly label: string;
  readonly filled_by: string | null;
  readonly removed: boolean;
}

/** Owner is who answers for something: a person, or a role that nobody may have filled yet. */
export interface Owner {
  readonly kind: 'person' | 'role';
  readonly id: string;
  /** name is the person's name or the role's label, "" when the record is unknown. */
  readonly name: string;
  readonly side: Side;
  /** person is the participant, also of a filled role; null for an empty role. */
  readonly person: PersonView | null;
}

export interface CriterionView {
  readonly id: string;
  readonly stream: Stream;
  readonly milestone: string;
  readonly text: string;
  readonly measure: string | null;
  readonly target: string | null;
  readonly confirm_by: CompanySide | null;
  readonly met_at: string | null;
  readonly met_by: string | null;
  readonly pos: string;
}

export interface TaskView {
  readonly id: string;
  readonly stream: Stream;
  readonly milestone: string;
  readonly title: string;
  readonly owner: Owner | null;
  readonly due: string | null;
  readonly done_at: string | null;
  readonly visibility: Visibility;
  readonly pos: string;
  readonly late: boolean;
}

export interface CommentView {
  readonly id: string;
  readonly stream: Stream;
  /** on is the record the comment is about, null for the room. */
  readonly on: { readonly entity: Entity; readonly id: string } | null;
  readonly body: string;
  readonly author: string | null;
  readonly at: string;
  readonly edited_at: string | null;
  readonly resolved_at: string | null;
  readonly visibility: Visibility;
  readonly mentions: readonly string[];
}

export interface DependencyView {
  readonly id: string;
  readonly stream: Stream;
  /** to waits for from. */
  readonly from: string;
  readonly to: string;
  readonly lag_days: number;
  /** required: it moves what waits along, and counts in the schedule. */
  readonly required: boolean;
}

export interface MilestoneView {
  readonly id: string;
  readonly stream: Stream;
  readonly phase: string;
  readonly title: string;
  readonly description: string | null;
  readonly status: Status;
  readonly due: string | null;
  readonly start: string | null;
  readonly duration_days: number | null;
  readonly pinned: boolean;
  readonly offset_days: number | null;
  readonly visibility: Visibility;
  readonly blocked_reason: string | null;
  readonly completed_at: string | null;
  readonly completed_by: string | null;
  readonly override_reason: string | null;
  readonly is_go_live: boolean;
  /** agreed_due is the day in the newest baseline that both sides agreed on. */
  readonly agreed_due: string | null;
  /** moved_by is the side that moved the agreed date without the other one. */
  readonly moved_by: CompanySide | null;
  /** due_reason is why the last move was made. */
  readonly due_reason: string | null;
  readonly pos: string;

  /** owners are the resolved seller_owner and buyer_owner. */
  readonly owners: { readonly seller: Owner | null; readonly buyer: Owner | null };
  /** unowned: open, and no owner on either side. */
  readonly unowned: boolean;
  /** late: due before today, while neither done nor cancelled. */
  readonly late: boolean;
  /** tMinus is the days from due to go-live: 12 reads as T−12; null without both dates. */
  readonly tMinus: number | null;
  /** slipDays is the days from agreed_due to due, negative when it is earlier; null without both. */
  readonly slipDays: number | null;
  /** proposal is the date that one side suggests and the other has not answered. */
  readonly proposal: ProposalView | null;
  readonly criteria: readonly CriterionView[];
  readonly tasks: readonly TaskView[];
  /** comments are oldest first; private ones carry their stream. */
  readonly comments: readonly CommentView[];
  /** dependsOn are the milestones this one waits for, unlocks those that wait for it. */
  readonly dependsOn: readonly string[];
  readonly unlocks: readonly string[];
  readonly counts: {
    readonly criteria: number;
    readonly criteriaMet: number;
    readonly tasks: number;
    readonly tasksDone: number;
    readonly comments: number;
    readonly commentsOpen: number;
  };
}

/** ProposalView is a date that one side suggested. */
export interface ProposalView {
  readonly id: string;
  readonly milestone: string;
  /** from is the date that the milestone had then. */
  readonly from: string | null;
  readonly to: string;
  readonly reason: string | null;
  readonly by: string | null;
  readonly side: CompanySide;
  readonly at: string;
  readonly state: 'open' | 'accepted' | 'countered' | 'declined' | 'withdrawn';
  readonly answered_by: string | null;
  readonly answered_at: string | null;
  readonly answer_reason: string | null;
  /** counters is the proposal that this one answers. */
  readonly counters: string | null;
}

/** BaselineView is the plan's dates as they were once: agreed on, or kept under a name. */
export interface BaselineView {
  readonly id: string;
  readonly name: string;
  readonly rev: number;
  readonly at: string;
  readonly by: string | null;
  readonly agreed: boolean;
  /** items is the day of each milestone by its id. */
  readonly items: Dates;
}

/** Progress counts milestones done of milestones not cancelled. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface PhaseView {
  readonly id: string;
  readonly name: string;
  readonly pos: string;
  readonly milestones: readonly MilestoneView[];
  readonly progress: Progress;
}

/** RemovedView is a record that can be restored, with `${entity}.restore` on its stream. */
export interface RemovedView {
  readonly entity: Entity;
  readonly id: string;
  readonly stream: Stream;
  /** label is the title, name, text or body. */
  readonly label: string;
}

export interface PlanView {
  /** states are what the view was made of; scheduleOf and agreementIn work out what follows. */
  readonly states: States;
  /** room is null only while nothing has been loaded. */
  readonly room: RoomView | null;
  /** today is the room's today, "2026-10-22". */
  readonly today: string;
  readonly phases: readonly PhaseView[];
  /** milestones is every visible milestone by id. */
  readonly milestones: ReadonlyMap<string, MilestoneView>;
  /** people are all participants by id, removed and revoked ones too: old entries name them. */
  readonly people: ReadonlyMap<string, PersonView>;
  readonly roleSlots: ReadonlyMap<string, RoleSlotView>;
  readonly dependencies: readonly DependencyView[];
  /** proposals are all dates ever suggested, by id; those that wait are at their milestones too. */
  readonly proposals: ReadonlyMap<string, ProposalView>;
  /** baselines are newest first. */
  readonly baselines: readonly BaselineView[];
  /** comments is the room's own thread. */
  readonly comments: readonly CommentView[];
  readonly removed: readonly RemovedView[];
  /** goLive is the milestone with is_go_live. */
  readonly goLive: MilestoneView | null;
  /** daysToGoLive is negative once it has passed, null without a date. */
  readonly daysToGoLive: number | null;
  readonly progress: Progress;
  /** nextStep is the open milestone that is due first. */
  readonly nextStep: MilestoneView | null;
  readonly counts: { readonly late: number; readonly blocked: number; readonly unowned: number };
}
