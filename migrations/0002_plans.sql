-- +goose Up

-- The state of every plan, one table per entity. A column is named as the field
-- is; an absent field is null. A record belongs to one stream of its room. Marks
-- say which commit last set a field. A record is never deleted: removed marks it.

-- The room's own fields.
create table room_plans (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    name text, buyer_company text, seller_company text, time_zone text, go_live date, purpose text, compelling_event text,
    status text check (status in ('draft', 'active', 'won', 'lost', 'archived')),
    amount numeric(17, 2), currency text, crm_ref text, close_date date, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id),
    check (stream in ('shared', 'seller')),
    check (stream <> 'shared' or (name is not null and buyer_company is not null and seller_company is not null and time_zone is not null and status is not null)),
    check (stream = 'seller' or (amount is null and currency is null and crm_ref is null and close_date is null))
) with (fillfactor = 70);

-- The people in a room.
create table participants (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    name text, side side, company text, role text,
    access access,
    state text check (state in ('added', 'invited', 'requested', 'active', 'revoked')),
    email text, verified boolean, buying_role text, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id),
    check (stream in ('shared', 'seller')),
    check (stream <> 'shared' or (name is not null and side is not null and access is not null and state is not null)),
    check (stream = 'seller' or (email is null and verified is null and buying_role is null))
) with (fillfactor = 70);

-- Owners known only by role.
create table role_slots (
    room_id uuid not null, stream text not null check (stream = 'shared'), id uuid not null, workspace_id uuid not null, marks jsonb not null,
    side side not null, label text not null, filled_by uuid, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- Ordered groups of milestones.
create table phases (
    room_id uuid not null, stream text not null check (stream = 'shared'), id uuid not null, workspace_id uuid not null, marks jsonb not null,
    name text not null, pos text collate "C" not null, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- Dated outcomes that both sides recognise.
create table milestones (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    phase uuid not null, title text not null, description text,
    status milestone_status not null,
    seller_owner uuid, buyer_owner uuid, due date, start date, duration_days integer, pinned boolean, offset_days integer,
    visibility visibility not null,
    blocked_reason text, completed_at timestamptz, completed_by uuid, override_reason text, is_go_live boolean,
    pos text collate "C" not null, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- Checkable statements that make a milestone done.
create table criteria (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    milestone uuid not null, text text not null, measure text, target text,
    confirm_by side, met_at timestamptz, met_by uuid,
    pos text collate "C" not null, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- Pieces of work toward a milestone.
create table tasks (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    milestone uuid not null, title text not null, owner uuid, due date, done_at timestamptz,
    visibility visibility not null,
    pos text collate "C" not null, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- "to" waits for "from".
create table dependencies (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    "from" uuid not null, "to" uuid not null check ("to" <> "from"), lag_days integer, required boolean, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- Messages on a record or on the room.
create table comments (
    room_id uuid not null, stream stream not null, id uuid not null, workspace_id uuid not null, marks jsonb not null,
    "on" jsonb, body text not null, author uuid, at timestamptz not null, edited_at timestamptz, resolved_at timestamptz,
    visibility visibility not null, mentions jsonb, removed boolean,
    primary key (room_id, stream, id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);
