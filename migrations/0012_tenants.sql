-- +goose Up

-- A second wall between workspaces, behind the where clauses (ADR 17): a session
-- sees the rows of the workspaces that parley.tenant names, as in {7c9e…}, or all
-- of them where it says system. A session that says nothing gets an error.
-- +goose StatementBegin
create function app_tenants() returns uuid[] language sql stable parallel safe as
$$ select nullif(current_setting('parley.tenant'), 'system')::uuid[] $$;
-- +goose StatementEnd

-- Seals every table that has a workspace, also those of the owner's own session,
-- and opens them to the role that servers take. A migration that makes such a
-- table ends with: select seal_tenants();
-- +goose StatementBegin
create function seal_tenants() returns void language plpgsql as $fn$
declare
    t record;
begin
    for t in
        select c.oid::regclass as name, case when c.relname = 'workspaces' then 'id' else 'workspace_id' end as tenant
        from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
            and a.attname = case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
        where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and not c.relforcerowsecurity
    loop
        execute format('alter table %s enable row level security, force row level security', t.name);
        -- Read for each row: half a microsecond. Once for a statement, as a sub-select,
        -- was dearer for the few rows of a commit, and those are what there is most of.
        execute format('create policy tenant on %s using (coalesce(%I = any (app_tenants()), true))', t.name, t.tenant);
    end loop;
    if exists (select from pg_roles where rolname = 'parley_app') then
        execute format('grant usage on schema %I to parley_app', current_schema());
        execute format('grant select, insert, update, delete on all tables in schema %I to parley_app', current_schema());
        execute format('grant usage on all sequences in schema %I to parley_app', current_schema());
    end if;
end $fn$;
-- +goose StatementEnd

-- The role that servers take, where the one they sign in with may make it. It owns
-- nothing, so no policy passes it by. Several databases of a cluster share it.
-- +goose StatementBegin
do $$
begin
    if (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) then
        if not exists (select from pg_roles where rolname = 'parley_app') then
            begin
                create role parley_app nologin;
            exception when duplicate_object or unique_violation then
                null; -- another database of the cluster was first
            end;
        end if;
        if not pg_has_role(current_user, 'parley_app', 'member') then
            execute format('grant parley_app to %I', current_user);
        end if;
    end if;
end $$;
-- +goose StatementEnd

select seal_tenants();
