-- +goose Up

-- A feed is a calendar address that somebody keeps. It shows what everybody in
-- the room may see, and dies with the link it was made by, or when the person who
-- made it loses access. Its token is kept as a SHA-256 hash only.
create table feeds (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    room_id      uuid not null,
    link_id      uuid references links (id),
    participant  uuid,
    token_hash   bytea not null unique check (length(token_hash) = 32),
    created_at   timestamptz not null default now(),
    revoked_at   timestamptz,
    check (link_id is not null or participant is not null),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
);
create index feeds_by_room on feeds (room_id);

-- A subscription is an address that is told what changed: confirmed by who reads
-- it, ended by them, and over with the link it was made by. Told_rev is the rev
-- of the shared stream up to which they know.
create table subscriptions (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    room_id      uuid not null,
    link_id      uuid not null references links (id),
    email        text not null check (email <> '' and email = lower(email)),
    every        text not null check (every in ('daily', 'weekly')),
    asked_at     timestamptz not null default now(),
    confirmed_at timestamptz,
    ended_at     timestamptz,
    told_rev     rev not null default 0,
    told_at      timestamptz not null default now(),
    unique (link_id, email),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
);
create index subscriptions_told on subscriptions (told_at) where confirmed_at is not null and ended_at is null;

-- Each mail has a token of its own, so that none has to be kept readable.
create table subscription_tokens (
    token_hash      bytea primary key check (length(token_hash) = 32),
    workspace_id    uuid not null,
    subscription_id uuid not null references subscriptions (id),
    created_at      timestamptz not null default now()
);
create index subscription_tokens_by_subscription on subscription_tokens (subscription_id, created_at);
