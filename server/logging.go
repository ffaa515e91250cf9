package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
)

// logHandler writes the log as the configuration says. Records carry ids (room,
// client, seq, request_id, trace_id), never tokens or what a plan says.
func logHandler(cfg config, w *os.File) slog.Handler {
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
