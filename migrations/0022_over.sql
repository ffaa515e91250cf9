-- +goose Up

-- What is over is deleted some time later, a part at a time: these find it.
create index sessions_by_age on sessions (expires_at) where link_id is null or participant is null;
create index account_sessions_by_age on account_sessions (expires_at);
create index link_codes_by_age on link_codes (expires_at);
create index link_codes_by_session on link_codes (session_id) where session_id is not null;
create index feeds_by_end on feeds (revoked_at) where revoked_at is not null;
create index feeds_by_link on feeds (link_id) where link_id is not null;
create index subscriptions_by_end on subscriptions (ended_at) where ended_at is not null;
create index subscriptions_unconfirmed on subscriptions (asked_at) where confirmed_at is null;
create index links_by_end on links (revoked_at) where revoked_at is not null;
create index audit_events_by_age on audit_events (at);
