package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"go.opentelemetry.io/otel/trace"
)

// logHandler writes the log as the configuration says. Records carry ids (room,
// client, seq, request_id, trace_id), never tokens or what a plan says.
func logHandler(cfg config, w *os.File) slog.Handler { return traced{formOf(cfg, w)} }

// traced adds the ids of the span that a record was written under.
type traced struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h traced) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (h traced) WithGroup(name string) slog.Handler { return traced{h.Handler.WithGroup(name)} }

func formOf(cfg config, w *os.File) slog.Handler {
	info, err := w.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	switch {
	case cfg.Log == logJSON, cfg.Log == logAuto && !terminal:
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: cfg.LogLevel})
	case terminal:
		return tint.NewTextHandler(w, &tint.Options{Level: cfg.LogLevel, TimeFormat: time.TimeOnly})
	default:
		return slog.NewTextHandler(w, &slog.HandlerOptions{Level: cfg.LogLevel})
	}
}
