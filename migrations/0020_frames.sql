-- +goose Up

-- A portal may rest: its frames show nothing and its tokens open nothing.
alter table portals add column paused_at timestamptz;

-- A session in a frame ends when its portal names the page around no longer. One
-- that was handed over from a frame to a window of its own goes on and ends with
-- the frame's.
alter table sessions
    add column framed_by   text,
    add column handed_from uuid references sessions (id) on delete cascade;
create index sessions_by_frame on sessions (handed_from) where handed_from is not null;

-- What a frame is given to open the room in a window of its own, once.
create table handovers (
    token_hash   bytea primary key check (length(token_hash) = 32),
    workspace_id uuid not null,
    session_id   uuid not null references sessions (id) on delete cascade,
    watch        boolean not null, -- the frame shows the room to look at
    expires_at   timestamptz not null
);
create index handovers_by_end on handovers (expires_at);

select seal_tenants();
