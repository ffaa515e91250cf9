-- +goose Up

-- A share link opens a room for a side, or for watching. Its token is kept as a
-- SHA-256 hash only. A personal link is one participant's.
create table links (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    room_id      uuid not null,
    token_hash   bytea not null unique check (length(token_hash) = 32),
    side         text not null check (side in ('seller', 'buyer', 'partner', 'none')),
    access       access not null,
    label        text not null default '',
    participant  uuid,
    made_by      uuid,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
);
create index links_by_room on links (room_id);

-- A session is somebody's use of a room, from one link. It ends with its link.
create table sessions (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null,
    room_id      uuid not null,
    link_id      uuid not null references links (id),
    token_hash   bytea not null unique check (length(token_hash) = 32),
    participant  uuid,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    foreign key (workspace_id, room_id) references rooms (workspace_id, id)
);
create index sessions_by_link on sessions (link_id);
