package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room/postgres"
	"parley/server/embedded"
)

// reachTimeout is how long a database of one's own may take to answer at the
// start: containers of one composition start together.
const reachTimeout = 20 * time.Second

// database is where the rooms are.
type database struct {
	pool     *pgxpool.Pool
	embedded *embedded.Server // nil with DATABASE_URL
	ended    <-chan struct{}  // closed when the embedded one ends; nil with DATABASE_URL
}

// openDatabase connects to DATABASE_URL, or starts the embedded PostgreSQL.
func openDatabase(ctx context.Context, cfg config, options ...postgres.Option) (*database, error) {
	db, dsn := &database{}, cfg.DatabaseURL
	if dsn == "" {
		server, err := embedded.Start(ctx, embedded.Options{
			Dir: cfg.Data, Log: slog.Default(), Fetch: filepath.Join(cfg.Data, "programs"),
		})
		if err != nil {
			return nil, embeddedError(cfg, err)
		}
		db.embedded, db.ended, dsn = server, server.Ended(), server.DSN()
	}
	pool, err := postgres.Open(ctx, dsn, options...)
	if err != nil {
		db.close(stopBudget)
		return nil, fmt.Errorf("cannot open the database %s: %w", masked(cfg.DatabaseURL), plain(err))
	}
	db.pool = pool
	if err := reach(ctx, pool); err != nil {
		db.close(stopBudget)
		return nil, fmt.Errorf("cannot reach the database %s: %w", masked(cfg.DatabaseURL), plain(err))
	}
	return db, nil
}

// embeddedError is a sentence about why there is no embedded database.
func embeddedError(cfg config, err error) error {
	switch {
	case errors.Is(err, embedded.ErrInUse):
		return fmt.Errorf("PARLEY_DATA %s is in use by another server: stop it, or give this one a directory of its own", cfg.Data)
	case errors.Is(err, embedded.ErrMissing):
		return embedded.ErrMissing
	default:
		return err
	}
}

// reach waits until the database answers.
func reach(ctx context.Context, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := pool.Ping(ctx)
		if err == nil || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// passing reports whether waiting may help: nobody answers yet, or it is just
// starting. A wrong password or name stays wrong.
func passing(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return !ok || pgErr.Code == "57P03"
}

// plain leaves out what pgx adds to an error: user and database names are in the
// URL already.
func plain(err error) error {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return errors.New(pgErr.Message)
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// close gives the embedded PostgreSQL the time to end in order.
func (d *database) close(within time.Duration) {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.embedded != nil {
		if err := d.embedded.StopWithin(within); err != nil {
			slog.Error("stopping the embedded PostgreSQL", "error", err)
		}
	}
}
