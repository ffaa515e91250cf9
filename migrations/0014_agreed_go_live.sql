-- +goose Up

-- The go-live that both sides agreed on, also when another milestone is go-live
-- by now. Rooms agreed on before have none: there the milestone says it.
alter table room_plans add column agreed_go_live date;
