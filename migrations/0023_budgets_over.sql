-- +goose Up

-- Budgets that are whole again say nothing and are deleted; this finds them.
create index link_budgets_by_age on link_budgets (spent_until);
