import type { Found } from './merge';
import { isRemoved, type PlanRecord, text } from './state';
import type { Dates, Target, Value } from './types';
import type {
  BaselineView,
  CommentView,
  CriterionView,
  DependencyView,
  MilestoneView,
  Owner,
  PersonView,
  ProposalView,
  RoleSlotView,
  RoomView,
  TaskView,
} from './view-types';

// The records, read into their typed views. What the server checked is taken at
// its word; an absent field is null, an absent word of a closed set its default.

export function roomView(record: PlanRecord): RoomView {
  return {
    id: record.id,
    name: text(record, 'name') ?? '',
    buyer_company: text(record, 'buyer_company') ?? '',
    seller_company: text(record, 'seller_company') ?? '',
    time_zone: text(record, 'time_zone') ?? 'UTC',
    go_live: text(record, 'go_live'),
    purpose: text(record, 'purpose'),
    compelling_event: text(record, 'compelling_event'),
    status: word(record, 'status', 'active'),
    seller_weekend: words(record, 'seller_weekend'),
    buyer_weekend: words(record, 'buyer_weekend'),
    seller_holidays: words(record, 'seller_holidays'),
    buyer_holidays: words(record, 'buyer_holidays'),
    seller_country: text(record, 'seller_country'),
    buyer_country: text(record, 'buyer_country'),
    amount: text(record, 'amount'),
    currency: text(record, 'currency'),
    crm_ref: text(record, 'crm_ref'),
    close_date: text(record, 'close_date'),
    agreed_go_live: text(record, 'agreed_go_live'),
    seller_approver: text(record, 'seller_approver'),
    buyer_approver: text(record, 'buyer_approver'),
  };
}

export function personView(record: PlanRecord): PersonView {
  return {
    id: record.id,
    name: text(record, 'name') ?? '',
    side: word(record, 'side', 'none'),
    company: text(record, 'company'),
    role: text(record, 'role'),
    access: word(record, 'access', 'viewer'),
    state: word(record, 'state', 'added'),
    email: text(record, 'email'),
    verified: flag(record, 'verified'),
    buying_role: text(record, 'buying_role'),
    removed: isRemoved(record),
  };
}

export function roleSlotView(record: PlanRecord): RoleSlotView {
  return {
    id: record.id,
    side: word(record, 'side', 'none'),
    label: text(record, 'label') ?? '',
    filled_by: text(record, 'filled_by'),
    removed: isRemoved(record),
  };
}

export function criterionView({ record, stream }: Found): CriterionView {
  return {
    id: record.id,
    stream,
    milestone: text(record, 'milestone') ?? '',
    text: text(record, 'text') ?? '',
    measure: text(record, 'measure'),
    target: text(record, 'target'),
    confirm_by: word(record, 'confirm_by', null),
    met_at: text(record, 'met_at'),
    met_by: text(record, 'met_by'),
    pos: text(record, 'pos') ?? '',
  };
}

export function taskView({ record, stream }: Found, owner: Owner | null, today: string): TaskView {
  const due = text(record, 'due');
  const doneAt = text(record, 'done_at');
  return {
    id: record.id,
    stream,
    milestone: text(record, 'milestone') ?? '',
    title: text(record, 'title') ?? '',
    owner,
    due,
    done_at: doneAt,
    visibility: word(record, 'visibility', 'shared'),
    pos: text(record, 'pos') ?? '',
    late: due !== null && doneAt === null && due < today,
  };
}

export function commentView({ record, stream }: Found): CommentView {
  const mentions = record.fields.mentions;
  return {
    id: record.id,
    stream,
    on: targetField(record),
    body: text(record, 'body') ?? '',
    author: text(record, 'author'),
    at: text(record, 'at') ?? '',
    edited_at: text(record, 'edited_at'),
    resolved_at: text(record, 'resolved_at'),
    visibility: word(record, 'visibility', 'shared'),
    mentions: Array.isArray(mentions) ? mentions : [],
  };
}

export function dependencyView({ record, stream }: Found): DependencyView {
  return {
    id: record.id,
    stream,
    from: text(record, 'from') ?? '',
    to: text(record, 'to') ?? '',
    lag_days: count(record, 'lag_days') ?? 0,
    required: flag(record, 'required') ?? true,
  };
}

export function proposalView(record: PlanRecord): ProposalView {
  return {
    id: record.id,
    milestone: text(record, 'milestone') ?? '',
    from: text(record, 'from'),
    to: text(record, 'to') ?? '',
    reason: text(record, 'reason'),
    by: text(record, 'by'),
    side: word(record, 'side', 'seller'),
    at: text(record, 'at') ?? '',
    state: word(record, 'state', 'open'),
    answered_by: text(record, 'answered_by'),
    answered_at: text(record, 'answered_at'),
    answer_reason: text(record, 'answer_reason'),
    counters: text(record, 'counters'),
  };
}

export function baselineView(record: PlanRecord): BaselineView {
  const items = record.fields.items;
  return {
    id: record.id,
    name: text(record, 'name') ?? '',
    rev: count(record, 'rev') ?? 0,
    at: text(record, 'at') ?? '',
    by: text(record, 'by'),
    agreed: flag(record, 'agreed') ?? false,
    items: typeof items === 'object' && items !== null && !Array.isArray(items) ? (items as Dates) : {},
  };
}

/** OwnFields are a milestone's fields as they are stored. */
export type OwnFields = Omit<
  MilestoneView,
  | 'owners'
  | 'unowned'
  | 'late'
  | 'tMinus'
  | 'criteria'
  | 'tasks'
  | 'comments'
  | 'dependsOn'
  | 'unlocks'
  | 'counts'
  | 'slipDays'
  | 'proposal'
>;

export function milestoneFields({ record, stream }: Found): OwnFields {
  return {
    id: record.id,
    stream,
    phase: text(record, 'phase') ?? '',
    title: text(record, 'title') ?? '',
    description: text(record, 'description'),
    status: word(record, 'status', 'not_started'),
    due: text(record, 'due'),
    start: text(record, 'start'),
    duration_days: count(record, 'duration_days'),
    pinned: flag(record, 'pinned') ?? false,
    offset_days: count(record, 'offset_days'),
    visibility: word(record, 'visibility', 'shared'),
    blocked_reason: text(record, 'blocked_reason'),
    completed_at: text(record, 'completed_at'),
    completed_by: text(record, 'completed_by'),
    override_reason: text(record, 'override_reason'),
    is_go_live: flag(record, 'is_go_live') ?? false,
    agreed_due: text(record, 'agreed_due'),
    moved_by: word(record, 'moved_by', null),
    due_reason: text(record, 'due_reason'),
    pos: text(record, 'pos') ?? '',
  };
}

/** targetField is what a comment is on, null for the room. */
export function targetField(record: PlanRecord): Target | null {
  const on: Value | undefined = record.fields.on;
  return typeof on === 'object' && on !== null && 'id' in on && 'entity' in on ? (on as Target) : null;
}

function word<T extends string | null>(record: PlanRecord, field: string, otherwise: T): T {
  return (text(record, field) ?? otherwise) as T;
}

function words(record: PlanRecord, field: string): readonly string[] | null {
  const value = record.fields[field];
  return Array.isArray(value) ? value : null;
}

function flag(record: PlanRecord, field: string): boolean | null {
  const value = record.fields[field];
  return typeof value === 'boolean' ? value : null;
}

function count(record: PlanRecord, field: string): number | null {
  const value = record.fields[field];
  return typeof value === 'number' ? value : null;
}
