-- +goose Up

-- A turn is one transaction that wrote to the room, whatever it wrote. A writer
-- that finds the turn it left knows that nobody else wrote in between, so that
-- all it remembers of the room still holds (ADR 14).
alter table heads add column turn rev not null default 0;

-- Ends the transaction of a writer that remembers another turn. The code is the
-- one that the writer looks for; it is in no class of PostgreSQL's.
-- +goose StatementBegin
create function head_moved() returns timestamptz language plpgsql as $$
begin
    raise exception 'the room has moved on' using errcode = 'PM001';
end $$;
-- +goose StatementEnd

-- A commit's row is written by the transaction that writes the room's head row
-- and holds its lock; the head's own foreign key says that the room is there.
-- Looking again for every row of the log was a tenth of a commit (ADR 14).
alter table activity drop constraint activity_workspace_id_room_id_fkey;
