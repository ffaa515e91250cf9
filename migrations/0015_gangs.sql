-- +goose Up

-- Ends the transaction of a writer that remembers another turn of the rooms that
-- it names, so that the other rooms of the transaction can go without them (ADR 16).
-- +goose StatementBegin
create function heads_moved(rooms text) returns timestamptz language plpgsql as $$
begin
    raise exception 'rooms have moved on' using errcode = 'PM001', detail = rooms;
end $$;
-- +goose StatementEnd
