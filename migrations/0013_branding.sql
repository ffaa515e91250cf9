-- +goose Up

-- The colour by which people know the selling company; null for Parley's own.
alter table workspaces add column accent text check (accent ~ '^#[0-9a-f]{6}$');
