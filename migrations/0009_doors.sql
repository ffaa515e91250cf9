-- +goose Up

-- What a link asks of who comes by it, from nothing to being on its list.
create domain door as text check (value in ('open', 'name', 'email', 'verified', 'named'));

-- Addresses and domains are lower case. Changed_at is when somebody may have lost
-- what the link gave; servers that nobody told find it there.
alter table links
    add unique (workspace_id, id),
    add column door door not null default 'open',
    add column password_hash text,
    add column emails text[] not null default '{}',
    add column domains text[] not null default '{}',
    add column recipient text not null default '',
    add column shows_progress boolean not null default false,
    add column paused_at timestamptz,
    add column changed_at timestamptz,
    add column views bigint not null default 0;

-- Who came, as they said at the door; verified when a mailed code said so too.
alter table sessions
    add column name text not null default '',
    add column email text not null default '',
    add column verified boolean not null default false,
    add column viewed_at timestamptz;

-- A code is asked for once and used once. It is kept as a MAC whose key is the
-- link's token, which is not kept: the table alone does not tell the six digits.
-- One for an address that may not come in is kept as well, and was mailed to
-- nobody, so that both take the same time.
create table link_codes (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    link_id      uuid not null,
    session_id   uuid references sessions (id),
    email        text not null,
    mac          bytea not null check (length(mac) = 32),
    tries        integer not null default 0,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz,
    foreign key (workspace_id, link_id) references links (workspace_id, id)
);
create index link_codes_by_link on link_codes (link_id, created_at);

-- How much of what may be done by a link is used up: the moment by which it is
-- whole again, per kind of thing.
create table link_budgets (
    workspace_id uuid not null,
    link_id      uuid not null,
    kind         text not null,
    spent_until  timestamptz not null,
    primary key (link_id, kind),
    foreign key (workspace_id, link_id) references links (workspace_id, id)
);

-- Somebody who is not on a link's list asks to come in. It is not a participant:
-- who only typed a name does not write into the plan, and the other side and the
-- watchers do not see who asks.
create table access_requests (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    room_id      uuid not null,
    link_id      uuid not null,
    name         text not null check (name <> ''),
    email        text not null check (email <> ''),
    message      text not null default '',
    created_at   timestamptz not null default now(),
    decided_at   timestamptz,
    decided_by   uuid,
    granted      boolean,
    foreign key (workspace_id, room_id) references rooms (workspace_id, id),
    foreign key (workspace_id, link_id) references links (workspace_id, id)
);
create unique index access_requests_open on access_requests (link_id, email) where decided_at is null;
create index access_requests_by_room on access_requests (room_id, created_at);
