-- +goose Up

-- The words and numbers that columns may hold. Domains, not check constraints:
-- PostgreSQL reads a table's checks anew for every statement, and remembers a
-- domain's.
create domain stream as text check (value in ('shared', 'seller', 'buyer'));
create domain rev as bigint check (value >= 0);
create domain side as text check (value in ('seller', 'buyer', 'partner'));
create domain access as text check (value in ('viewer', 'commenter', 'contributor', 'editor', 'owner'));
create domain visibility as text check (value in ('shared', 'seller_only', 'buyer_only'));
create domain milestone_status as text check (value in ('not_started', 'in_progress', 'blocked', 'done', 'cancelled'));

-- A workspace is a selling company, the tenant of everything else.
create table workspaces (
    id         uuid primary key default gen_random_uuid(),
    name       text not null check (name <> ''),
    created_at timestamptz not null default now()
);

-- A room is one deal's shared place. What is in it is in the tables below.
create table rooms (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references workspaces (id),
    created_at   timestamptz not null default now(),
    unique (workspace_id, id)
);

-- A head says where a room's streams stand. Its row lock orders all commits of
-- the room; nothing else is in it, and no index covers the revs, so its updates
-- stay on the page.
create table heads (
    room_id      uuid primary key,
    workspace_id uuid not null,
    epoch        integer not null default 1,
    shared       rev not null default 0,
    seller       rev not null default 0,
    buyer        rev not null default 0,
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 50);

-- A cursor says how far a client has come in a stream, so that an op takes
-- effect at most once. Refused keeps the newest refusals by seq.
create table cursors (
    room_id      uuid not null,
    stream       stream not null,
    client       uuid not null,
    workspace_id uuid not null,
    actor        text not null,
    seq          rev not null,
    rev          rev not null,
    refused      jsonb,
    seen_at      timestamptz not null default now(),
    primary key (room_id, stream, client),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
) with (fillfactor = 70);

-- The activity is the log: one row per commit. The body is json, which keeps
-- the text byte for byte, so a replayed commit is the live one.
create table activity (
    room_id      uuid not null,
    stream       stream not null,
    rev          rev not null,
    workspace_id uuid not null,
    client       uuid,
    seq          bigint,
    at           timestamptz not null,
    body         json not null,
    primary key (room_id, stream, rev),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
);
