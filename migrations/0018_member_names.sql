-- +goose Up

-- What a workspace knows of its member: the name it gave them, until they sign in
-- to it, and when they last did. What an account is called and does elsewhere is
-- told to nobody who only knows its address.
alter table members
    add column name text not null default '',
    add column signed_in_at timestamptz;

update members m set signed_in_at = (select max(a.created_at) from account_sessions a
    where a.workspace_id = m.workspace_id and a.account_id = m.account_id);
