package main

import (
	"context"
	"log/slog"
	"os"
	"time"
)

// How a stop is bounded: 20 s in all, below the 30 s that supervisors give. What
// the earlier phases leave of it is the embedded PostgreSQL's.
const (
	stopBudget      = 20 * time.Second
	drainTimeout    = 3 * time.Second // members are told and go
	shutdownTimeout = 2 * time.Second // requests under way end
	mailTimeout     = 3 * time.Second // mails that wait are tried once more
	// stopReserve is what a process needs to end when everything hangs.
	stopReserve = time.Second
	// leastDatabase is what the embedded PostgreSQL gets at least; without the
	// time for an orderly end it recovers at the next start.
	leastDatabase = 2 * time.Second
)

// stop ends what was started, in reverse: readiness first, then members go,
// requests end, and the hub, the mails, the pool and the database. Nothing that hangs keeps
// it longer than stopBudget.
func (a *app) stop() {
	end := time.Now().Add(stopBudget - stopReserve)
	watchdog := time.AfterFunc(time.Until(end), func() {
		slog.Error("stopping took too long; ending at once, what was acknowledged is kept")
		os.Exit(exitFailed) // the embedded PostgreSQL ends with its parent
	})
	defer watchdog.Stop()

	a.draining.Store(true)
	if a.hub != nil {
		a.hub.TakeNoMore()
		a.awaitLoadBalancer()
		bounded(drainTimeout, "draining", func(ctx context.Context) error { a.hub.Drain(ctx); return ctx.Err() })
	}
	if a.http != nil {
		bounded(shutdownTimeout, "ending requests", a.http.Shutdown)
		_ = a.http.Close()
	}
	if a.listener != nil {
		_ = a.listener.Close() // most often closed by Shutdown
	}
	if a.hub != nil {
		a.hubStop()
		<-a.hubDone
	}
	a.mails.stop()
	if a.redis != nil {
		_ = a.redis.Close()
	}
	if a.db != nil {
		a.db.close(max(leastDatabase, time.Until(end)-stopReserve))
	}
	a.tracing.stop()
}

// awaitLoadBalancer goes on serving while whoever asks /readyz learns that this
// server takes no more sockets.
func (a *app) awaitLoadBalancer() {
	if a.cfg.DrainWait > 0 && a.serving.Load() {
		slog.Info("waiting before the drain", "for", a.cfg.DrainWait)
		time.Sleep(a.cfg.DrainWait)
	}
}

func bounded(timeout time.Duration, what string, f func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := f(ctx); err != nil {
		slog.Warn(what+" took too long", "error", err)
	}
}
