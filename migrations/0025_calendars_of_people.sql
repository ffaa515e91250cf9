-- +goose Up

-- A feed comes from one of three, and ends with it: a link that only watches, the
-- session by which a person came in by a link, or a member of the workspace. What
-- it shows is the whole plan or what its person owns; a member's that is of no room
-- shows what they own in every room. Side is what its person's was: on the other
-- one they are somebody else. Used is kept to the hour.
delete from feeds where link_id is null; -- nothing made one
alter table feeds
    alter column room_id drop not null,
    add column session_id uuid references sessions (id),
    add column account_id uuid,
    add column side side,
    add column shows text not null default 'plan' check (shows in ('plan', 'mine')),
    add column last_used_at timestamptz,
    drop constraint feeds_check,
    add constraint feeds_source check (num_nonnulls(link_id, session_id, account_id) = 1),
    add constraint feeds_person check (case when room_id is null then account_id is not null and participant is null and shows = 'mine'
        else (participant is null) = (link_id is not null) and (participant is null) = (side is null) and (participant is not null or shows = 'plan') end),
    add foreign key (workspace_id, account_id) references members (workspace_id, account_id);

-- Of those that were there nobody noted the use: the time of being unused begins now.
update feeds set last_used_at = now();

create index feeds_by_account on feeds (workspace_id, account_id) where account_id is not null;
create index feeds_by_use on feeds (coalesce(last_used_at, created_at));
