-- +goose Up

-- An undo looks for what its op did in its sender's private stream, with the room
-- locked. A twin is nobody's client's, as few other commits are, so most of the log
-- is not in here and costs no more to write.
create index activity_twins on activity (room_id, stream, at) where client is null;
