package web

import (
	"context"
	"time"

	"parley/room"
)

type getLedgerIn struct {
	Room string `path:"room"`
}

type getLedgerOut struct{ Body room.LedgerReport }

// getLedger says how the dates of the shared plan moved, by whom and why, and
// who kept the agreed ones; people are named to their own side alone.
func (s *server) getLedger(ctx context.Context, in *getLedgerIn) (*getLedgerOut, error) {
	grant, err := s.enterStream(ctx, in.Room, room.Shared)
	if err != nil {
		return nil, err
	}
	if err := s.takeCostly(grant); err != nil {
		return nil, err
	}
	out := &getLedgerOut{}
	err = s.ledgers.read(ctx, grant.Room, func(l *room.Ledger) { out.Body = l.Report(time.Now(), grant.Member.Side) })
	if err != nil {
		return nil, err
	}
	return out, nil
}
