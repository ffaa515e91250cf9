-- +goose Up

-- The days that the two companies do not work on: weekends, and holidays with
-- the country that they came from.
alter table room_plans
    add seller_weekend jsonb, add buyer_weekend jsonb,
    add seller_holidays jsonb, add buyer_holidays jsonb,
    add seller_country text, add buyer_country text,
    add check (stream = 'shared' or (seller_weekend is null and buyer_weekend is null and seller_holidays is null
        and buyer_holidays is null and seller_country is null and buyer_country is null));

-- What the workspace's new rooms begin with: the seller's calendar and zone.
alter table workspaces
    add time_zone text, add weekend jsonb, add country text, add holidays jsonb;
