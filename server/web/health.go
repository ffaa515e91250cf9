package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readyWithin bounds the question to the database: a prober's own patience is
// most often 1 s.
const readyWithin = 800 * time.Millisecond

// healthz answers while the process runs.
func (s *server) healthz(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") }

// readyz answers whether requests should come here: not before the start is
// complete, not while draining, not without the database.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		slog.WarnContext(ctx, "not ready", "error", err)
		say(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	say(w, http.StatusOK, "ready\n")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // a lost connection has no reader
}

func (s *server) serveMetrics() http.HandlerFunc {
	show := promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}).ServeHTTP
	return func(w http.ResponseWriter, r *http.Request) {
		if !atTheMachine(r) && !s.configuredKey(credentialsIn(r.Context())) {
			refuse(w, errNotHere) // counts tell of private edits too
			return
		}
		show(w, r)
	}
}
