-- +goose Up

-- What both sides agreed on: a milestone's agreed date, who moved it since
-- without the other side, and why.
create domain company_side as text check (value in ('seller', 'buyer'));
alter table room_plans add column seller_approver uuid, add column buyer_approver uuid;
alter table milestones add column agreed_due date, add column moved_by company_side, add column due_reason text;

-- Dates that one side suggests and the other answers.
create table date_proposals (
    room_id uuid not null, stream text not null check (stream = 'shared'), id uuid not null, workspace_id uuid not null, marks jsonb not null,
    milestone uuid not null, "from" date, "to" date not null, reason text, by uuid, side company_side not null, at timestamptz not null,
    state text not null check (state in ('open', 'accepted', 'countered', 'declined', 'withdrawn')),
    answered_by uuid, answered_at timestamptz, answer_reason text, counters uuid, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- The dates of a plan as they were once, a day by milestone in items.
create table baselines (
    room_id uuid not null, stream text not null check (stream = 'shared'), id uuid not null, workspace_id uuid not null, marks jsonb not null,
    name text not null, rev integer not null, at timestamptz not null, by uuid, agreed boolean, items jsonb, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- One side's yes to the plan as of a rev, and what made it stale.
create table acceptances (
    room_id uuid not null, stream text not null check (stream = 'shared'), id uuid not null, workspace_id uuid not null, marks jsonb not null,
    side company_side not null, rev integer not null, by uuid, at timestamptz not null, baseline uuid,
    stale_at timestamptz, stale_by uuid, stale_why text check (stale_why in ('added', 'removed', 'date', 'owner', 'criterion')), stale_on uuid, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);
