-- +goose Up

create domain role as text check (value in ('owner', 'admin', 'member'));

-- An account is a person who signs in: one e-mail address, in lower case. It is
-- of no workspace by itself.
create table accounts (
    id           uuid primary key default gen_random_uuid(),
    email        text not null unique check (email <> '' and email = lower(email)),
    name         text not null default '',
    created_at   timestamptz not null default now(),
    signed_in_at timestamptz
);

-- A member is an account in a workspace. One who was removed keeps the row, so
-- that what they did has a name; added again, they start without sessions.
create table members (
    workspace_id uuid not null references workspaces (id),
    account_id   uuid not null references accounts (id),
    role         role not null,
    created_at   timestamptz not null default now(),
    removed_at   timestamptz,
    primary key (workspace_id, account_id)
);
create index members_by_account on members (account_id);

-- An account session is somebody's being signed in, in one browser, to one
-- workspace. It is over when the membership is.
create table account_sessions (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    account_id   uuid not null,
    token_hash   bytea not null unique check (length(token_hash) = 32),
    agent        text not null default '',
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    foreign key (workspace_id, account_id) references members (workspace_id, account_id)
);
create index account_sessions_by_account on account_sessions (account_id);

-- A ticket is one asking for a way in, by the mailed link or by the mailed code.
-- The code is kept as a MAC whose key is the ticket's own token, which only the
-- browser that asked has: this table alone does not tell the six digits. A ticket
-- for an address that may not come in is kept as well, and was mailed to nobody,
-- so that both take the same time.
create table sign_in_tickets (
    id          uuid primary key default gen_random_uuid(),
    email       text not null check (email <> '' and email = lower(email)),
    ticket_hash bytea not null unique check (length(ticket_hash) = 32),
    link_hash   bytea not null unique check (length(link_hash) = 32),
    code_mac    bytea not null check (length(code_mac) = 32),
    tries       integer not null default 0,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index sign_in_tickets_by_email on sign_in_tickets (email, created_at);
create index sign_in_tickets_by_age on sign_in_tickets (created_at);

-- Which participant an account is in a room.
create table room_accounts (
    workspace_id uuid not null,
    room_id      uuid not null,
    account_id   uuid not null,
    participant  uuid not null,
    founder      boolean not null default false,
    primary key (room_id, account_id),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id),
    foreign key (workspace_id, account_id) references members (workspace_id, account_id)
);
create index room_accounts_by_account on room_accounts (workspace_id, account_id);

-- A session of a room has one source, and ends with it: a link, or somebody who
-- is signed in.
alter table sessions
    alter column link_id drop not null,
    add column account_session_id uuid references account_sessions (id),
    add constraint sessions_source check (num_nonnulls(link_id, account_session_id) = 1);
create index sessions_by_account_session on sessions (account_session_id) where account_session_id is not null;

-- Servers that nobody told of the end of sessions look for it here, by room.
create index sessions_by_end on sessions (room_id, revoked_at) where revoked_at is not null;

-- A key is for scripts. It is shown once; the hint is its first letters, to tell
-- it from others.
create table api_keys (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references workspaces (id),
    name         text not null check (name <> ''),
    hint         text not null,
    token_hash   bytea not null unique check (length(token_hash) = 32),
    scopes       text[] not null check (cardinality(scopes) > 0),
    made_by      uuid references accounts (id),
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz
);
create index api_keys_by_workspace on api_keys (workspace_id, created_at);

-- What was decided about somebody's access. Refusals of the same kind from the
-- same source within an hour are one row (fold) that counts them, so that nobody
-- fills the table by being refused.
create table audit_events (
    id           bigint generated always as identity primary key,
    workspace_id uuid not null references workspaces (id),
    at           timestamptz not null default clock_timestamp(),
    action       text not null check (action <> ''),
    actor_kind   text not null,
    actor_id     text not null default '',
    actor_name   text not null default '',
    room_id      uuid,
    target       text not null default '',
    detail       text not null default '',
    source       text not null default '',
    times        integer not null default 1,
    fold         text
);
create index audit_events_by_workspace on audit_events (workspace_id, id);
create unique index audit_events_fold on audit_events (workspace_id, fold) where fold is not null;
