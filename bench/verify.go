//go:build linux

package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// checks is what was verified on the way. A check that fails ends the run with
// an error: a result file exists only for a run that kept every promise.
type checks struct {
	members    int64 // that came and left
	deliveries int64 // commits received, each next to the one before
	acks       int64
	resyncs    int64
	busied     int64 // ops put off and sent again
	skipped    int64 // revs that came inside a newer snapshot, after a resync
	logged     int64 // edits found in the activity log
	rooms      int64
}

// saw adds a member that leaves.
func (c *checks) saw(m *member) {
	c.members++
	c.deliveries += m.received
	c.acks += m.accepted
	c.resyncs += m.resyncs
	c.busied += m.busied
	c.skipped += m.skipped
}

func (c checks) String() string {
	return fmt.Sprintf("- %s members received %s commits, each rev the one after the last.\n"+
		"- %s edits were acknowledged, in order, none refused; the activity logs of %s rooms hold %s, each once, under revs without a hole.\n"+
		"- %s ops were put off as busy and sent again.\n"+
		"- %s times a member was told to catch up (slow reader); %s revs came inside a newer snapshot instead.\n",
		whole(c.members), whole(c.deliveries), whole(c.acks), whole(c.rooms), whole(c.logged), whole(c.busied), whole(c.resyncs), whole(c.skipped))
}

// verify compares what members were promised with the activity log, in
// PostgreSQL, past the server.
func (b *bench) verify(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.server.dsn)
	if err != nil {
		return fmt.Errorf("connecting to the server's database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var crowds []*crowd
	b.loop.do(func() { crowds = b.crowds })
	b.checks.logged, b.checks.rooms = 0, int64(len(crowds))
	var acks int64
	for _, c := range crowds {
		edits, err := c.verify(ctx, conn)
		if err != nil {
			return fmt.Errorf("room %s: %w", c.id, err)
		}
		b.checks.logged += edits
		acks += c.acks
	}
	if b.checks.logged != acks {
		return fmt.Errorf("%d edits were acknowledged, the logs hold %d", acks, b.checks.logged)
	}
	return nil
}

// verify returns how many edits of its members the room's log holds. An edit
// without an ack, or an ack without an edit, is an error.
func (c *crowd) verify(ctx context.Context, conn *pgx.Conn) (edits int64, err error) {
	var commits, newest, ops int64
	err = conn.QueryRow(ctx, `
		select count(*), coalesce(max(rev), 0),
		       count(*) filter (where body->>'kind' = 'milestone.update'),
		       count(distinct (client, seq)) filter (where body->>'kind' = 'milestone.update')
		from activity where room_id = $1 and stream = 'shared'`, c.id).Scan(&commits, &newest, &edits, &ops)
	switch {
	case err != nil:
		return 0, fmt.Errorf("reading the log: %w", err)
	case commits != newest:
		return 0, fmt.Errorf("the log holds %d commits up to rev %d", commits, newest)
	case edits != ops:
		return 0, fmt.Errorf("the log holds %d edits of %d ops", edits, ops)
	case edits != c.acks:
		return 0, fmt.Errorf("%d edits were acknowledged, the log holds %d", c.acks, edits)
	case newest != c.head:
		return 0, fmt.Errorf("members saw up to rev %d, the log up to %d", c.head, newest)
	}
	return edits, nil
}
