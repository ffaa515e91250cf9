package postgres

import (
	"context"
	"slices"
	"time"
)

// prunedAtOnce bounds what one statement of [Store.Prune] deletes: it holds its
// locks for milliseconds.
const prunedAtOnce = 500

// overFor is for how long what is over is kept: people are told so, and servers
// that nobody told of an end find it.
const overFor = 30 * 24 * time.Hour

// spent is one kind of row that is deleted once nobody can need it. Rows says
// which, of a table x; $1 is a moment.
type spent struct {
	table, rows string
	after       time.Duration // 0: as long as the audit is kept
}

// everySpent is in an order in which nothing refers to what is deleted before.
var everySpent = []spent{
	{"sign_in_tickets", `x.created_at < $1`, ticketsKept},
	{"sign_in_trips", `x.created_at < $1`, ticketsKept},
	{"link_codes", `x.expires_at < $1`, ticketsKept},
	{"link_budgets", `x.spent_until < $1`, ticketsKept}, // one for each address that was typed at a door
	{"portal_tokens", `x.expires_at < $1`, time.Minute},
	{"embed_tokens", `x.expires_at < $1`, time.Minute},
	{"handovers", `x.expires_at < $1`, time.Minute},
	// A session by a link that is somebody's stays: it says who came by which link,
	// and who proved an address. Of others nothing but the token is left to know.
	{"sessions", `x.expires_at < $1 and (x.link_id is null or x.participant is null)
		and not exists (select from link_codes c where c.session_id = x.id)
		and not exists (select from sessions n where n.handed_from = x.id and n.expires_at >= $1)`, overFor},
	{"account_sessions", `x.expires_at < $1 and not exists (select from sessions s where s.account_session_id = x.id)`, overFor},
	{"feeds", `x.revoked_at < $1`, overFor},
	{"feeds", `x.link_id in (select l.id from links l where l.revoked_at < $1)`, overFor},
	{"feeds", `coalesce(x.last_used_at, x.created_at) < $1`, feedUnused},
	{"subscription_tokens", `x.subscription_id in (` + subscriptionsOver + `)`, overFor},
	{"subscriptions", `x.id in (` + subscriptionsOver + `) and not exists (select from subscription_tokens t where t.subscription_id = x.id)`, overFor},
	{"audit_events", `x.at < $1`, 0},
}

// subscriptionsOver are those that were ended, not confirmed in time, or whose link
// was revoked.
const subscriptionsOver = `select u.id from subscriptions u where u.ended_at < $1
	union all select u.id from subscriptions u where u.confirmed_at is null and u.asked_at < $1
	union all select u.id from links l join subscriptions u on u.link_id = l.id where l.revoked_at < $1`

// Prune deletes a part of what has been over for long, and events of the audit
// that are older than audit, 0 for none of those. It returns how many rows of each
// table it deleted, and whether there may be more. Servers may do it at the same
// time: what one is about to delete the others pass over.
func (s *Store) Prune(ctx context.Context, audit time.Duration) (deleted map[string]int64, more bool, err error) {
	deleted = map[string]int64{}
	for _, kind := range everySpent {
		after := kind.after
		if after == 0 {
			after = audit
		}
		if after == 0 {
			continue
		}
		rows, err := s.prune(ctx, kind, after)
		if rows > 0 {
			deleted[kind.table] += rows
		}
		if err != nil {
			return deleted, false, wrap(err, "deleting old rows of %s", kind.table)
		}
		more = more || rows == prunedAtOnce
	}
	return deleted, more, nil
}

// prune goes by the database's clock, as what ends does: a used token that a wrong
// clock forgets too early could be used again.
func (s *Store) prune(ctx context.Context, kind spent, after time.Duration) (int64, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `delete from `+kind.table+` where ctid = any(array(
		select x.ctid from `+kind.table+` x where `+kind.rows+` limit $2 for update skip locked))`, now.Add(-after), prunedAtOnce)
	return tag.RowsAffected(), err
}

// PrunedTables are those that [Store.Prune] deletes from.
func PrunedTables() (tables []string) {
	for _, kind := range everySpent {
		tables = append(tables, kind.table)
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}
