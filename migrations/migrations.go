// Package migrations holds the database's schema and brings a database up to it.
package migrations

import (
	"context"
	"embed"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

const (
	// lockRetrySeconds and lockRetries bound the wait for another server that is
	// migrating: one try a second, two minutes in all. The library's own five
	// seconds between tries made eight simultaneous starts take five.
	lockRetrySeconds = 1
	lockRetries      = 120
)

// Up applies what the database lacks. It may run on several servers at once:
// one migrates, the others wait. There is no way down.
func Up(ctx context.Context, pool *pgxpool.Pool) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockRetrySeconds, lockRetries))
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	pool, err = unhurried(ctx, pool)
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }() // closes the handle, not the pool
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	return nil
}

// unhurried returns a pool like the given one whose statements may take their
// time: an index over a large table does. What they wait for stays bounded, so
// that a migration does not stand in everybody's way.
func unhurried(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Pool, error) {
	config := pool.Config()
	config.ConnConfig.RuntimeParams["statement_timeout"] = "0"
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	config.MinConns, config.MinIdleConns = 0, 0
	// As who signed in, over all workspaces: a server's own connections take a role
	// that owns nothing, and see one tenant at a time.
	config.AfterConnect, config.PrepareConn = nil, nil
	config.ConnConfig.RuntimeParams["parley.tenant"] = "system"
	return pgxpool.NewWithConfig(ctx, config)
}
