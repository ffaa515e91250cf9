package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/room/postgres"
)

const (
	// pruneEvery is how often it is looked for what is over; half as often to half
	// as often again, so that servers do not do it at once.
	pruneEvery = time.Hour
	// pruneFirst is how long after its start a server begins with it.
	pruneFirst = time.Minute
	// prunePause is between two parts of it: a backlog is worked off beside people's
	// work, not before it.
	prunePause = time.Second
)

// pruner deletes what is over from the database.
type pruner struct {
	store postgres.Steady
	audit time.Duration // for which the audit is kept; 0: for ever
	rows  *prometheus.CounterVec
	last  prometheus.Gauge
}

func newPruner(store postgres.Steady, audit time.Duration, to prometheus.Registerer) *pruner {
	p := &pruner{
		store: store, audit: audit,
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_pruned_rows_total", Help: "Rows that were deleted because they were over, by table."}, []string{"table"}),
		last: prometheus.NewGauge(prometheus.GaugeOpts{Name: "parley_pruned_timestamp_seconds", Help: "When this server last found nothing more to delete, 0 for not yet."}),
	}
	for _, table := range postgres.PrunedTables() {
		p.rows.WithLabelValues(table)
	}
	to.MustRegister(p.rows, p.last)
	return p
}

// run prunes until ctx ends.
func (p *pruner) run(ctx context.Context) {
	for wait := pruneFirst; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		more, err := p.once(ctx)
		switch {
		case err != nil:
			slog.Warn("old rows are not deleted, the next try is within two hours", "error", err)
			fallthrough
		case !more:
			wait = pruneEvery/2 + rand.N(pruneEvery)
		default:
			wait = prunePause
		}
	}
}

// once deletes one part.
func (p *pruner) once(ctx context.Context) (more bool, err error) {
	deleted, more, err := p.store.Prune(ctx, p.audit)
	for table, n := range deleted {
		p.rows.WithLabelValues(table).Add(float64(n))
	}
	if err == nil && !more {
		p.last.SetToCurrentTime()
	}
	return more, err
}

// prune begins to delete what is over, and returns what ends it.
func (a *app) prune(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	p := newPruner(a.store, a.cfg.AuditKept, a.metrics)
	go func() { p.run(ctx); close(ended) }()
	return func() { cancel(); <-ended }
}
