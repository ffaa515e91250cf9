-- +goose Up

-- A portal is a site, of the workspace or of its customers, that shows rooms in
-- frames. Only pages of its origins may.
create table portals (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references workspaces (id),
    name         text not null check (name <> ''),
    origins      text[] not null check (cardinality(origins) > 0),
    created_at   timestamptz not null default now(),
    removed_at   timestamptz,
    unique (workspace_id, id)
);

-- What a portal's back end vouches for people with: a key pair of which this is
-- the public half, a secret that both know, or (api) the workspace's API key.
create table portal_keys (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    portal_id    uuid not null,
    kind         text not null check (kind in ('EdDSA', 'HS256', 'api')),
    material     bytea check ((material is null) = (kind = 'api')),
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at   timestamptz,
    foreign key (workspace_id, portal_id) references portals (workspace_id, id)
);
create index portal_keys_by_portal on portal_keys (portal_id);

-- The tokens that a portal has used, until they expire: each opens one session.
create table portal_tokens (
    portal_id    uuid not null,
    jti_hash     bytea not null check (length(jti_hash) = 32),
    workspace_id uuid not null,
    expires_at   timestamptz not null,
    primary key (portal_id, jti_hash),
    foreign key (workspace_id, portal_id) references portals (workspace_id, id)
);
create index portal_tokens_by_end on portal_tokens (expires_at);

-- A token that the API made for a portal without keys of its own.
create table embed_tokens (
    token_hash   bytea primary key check (length(token_hash) = 32),
    workspace_id uuid not null,
    room_id      uuid not null,
    key_id       uuid not null references portal_keys (id),
    claims       jsonb not null,
    expires_at   timestamptz not null,
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
);
create index embed_tokens_by_end on embed_tokens (expires_at);

-- Which participant a portal's person is in a room, and what the portal last
-- asked that they may do.
create table portal_people (
    workspace_id uuid not null,
    room_id      uuid not null,
    portal_id    uuid not null,
    subject      text not null check (subject <> ''),
    participant  uuid not null,
    access       access not null,
    primary key (room_id, portal_id, subject),
    foreign key (workspace_id, room_id) references rooms (workspace_id, id),
    foreign key (workspace_id, portal_id) references portals (workspace_id, id)
);

-- A session may come from a portal's key, and ends with it.
alter table sessions
    add column portal_key_id uuid references portal_keys (id),
    drop constraint sessions_source,
    add constraint sessions_source check (num_nonnulls(link_id, account_session_id, portal_key_id) = 1);
create index sessions_by_portal_key on sessions (portal_key_id) where portal_key_id is not null;
