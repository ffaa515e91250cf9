-- +goose Up

-- Who an account is at a provider of OpenID Connect. The provider's name for the
-- person counts, not their address: an address may be somebody else's one day. An
-- account is one person at a provider, and a person there is one account.
create table account_identities (
    id         uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    issuer     text not null check (issuer <> ''),
    subject    text not null check (subject <> ''),
    created_at timestamptz not null default now(),
    unique (issuer, subject),
    unique (account_id, issuer)
);

-- A trip is one way to the provider and back. Its secret is the browser's alone.
create table sign_in_trips (
    id          uuid primary key default gen_random_uuid(),
    secret_hash bytea not null unique check (length(secret_hash) = 32),
    next        text not null default '',
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index sign_in_trips_by_age on sign_in_trips (created_at);

select seal_tenants();
