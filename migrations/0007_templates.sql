-- +goose Up

-- A workspace's own templates, beside those that are built in. The body is what
-- room.ParseTemplate reads; nothing refers to a template, so one that is deleted
-- is gone.
create table templates (
    id           uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references workspaces (id),
    name         text not null check (name <> ''),
    body         json not null,
    made_by      uuid,
    created_at   timestamptz not null default now()
);
create unique index templates_by_name on templates (workspace_id, lower(name));
