// Package postgres keeps rooms in PostgreSQL: the plans, the log that they follow
// from, and the links and sessions through which people reach them.
//
// A commit is judged by [room.Decide] from what the room's writer remembers, and
// takes one round trip, in which the first statement proves that the memory
// holds; rooms that are ready at the same time share it. Where the memory does not
// suffice there are two: the first locks the room's head row and reads what judging
// needs, the second writes. See commit.go, gang.go, ADR 14, 16 and 22.
package postgres

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
)

const (
	// callTimeout bounds every call, whatever its context says: a caller who
	// hangs up must not leave a commit half way.
	callTimeout = 5 * time.Second
	// connectTimeout bounds the way to one host: while a failover is under way, the
	// old one may not even refuse.
	connectTimeout = 2 * time.Second
	// maxConns is the size of the pool where the URL names none.
	maxConns = 16
)

// session is what every connection starts with. A server that hangs must not
// keep a room's head row locked.
var session = map[string]string{
	"timezone":                            "UTC",
	"statement_timeout":                   "3s",
	"lock_timeout":                        "1s",
	"idle_in_transaction_session_timeout": "5s",
	"synchronous_commit":                  "on", // an ack means durable
	"jit":                                 "off",
	// Every statement is a look-up by key; planning one anew costs more than it can gain.
	"plan_cache_mode":  "force_generic_plan",
	"application_name": "parley",
}

// Store keeps rooms in PostgreSQL. It is safe for concurrent use.
type Store struct {
	pool  *pgxpool.Pool
	gang  gang          // of the commits that are judged from memory
	locks chan struct{} // holds a token for each commit that may wait for a room's lock
	folds folds         // of audit events
	heard atomic.Pointer[clock]
}

// New returns a store over a pool made by [Open].
func New(pool *pgxpool.Pool) *Store {
	// Half of the connections: rooms that are locked must not keep all of them.
	s := &Store{pool: pool, locks: make(chan struct{}, max(1, pool.Config().MaxConns/2))}
	s.gang.write = s.together
	return s
}

// Option changes how a pool is made.
type Option func(*pgxpool.Config)

// WithTracer has t told of every query.
func WithTracer(t pgx.QueryTracer) Option {
	return func(c *pgxpool.Config) { c.ConnConfig.Tracer = t }
}

// Open returns a pool of connections to the database named by dsn, with the
// timeouts and settings the store relies on. It does not connect yet.
func Open(ctx context.Context, dsn string, options ...Option) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("reading the database URL: %w", err)
	}
	for name, value := range session {
		config.ConnConfig.RuntimeParams[name] = value
	}
	if config.MaxConns < maxConns {
		config.MaxConns = maxConns
	}
	config.MaxConnIdleTime = 5 * time.Minute
	for _, option := range options {
		option(config)
	}
	config.AfterConnect = greet
	config.PrepareConn = enclose
	config.AfterRelease = keep
	if config.ConnConfig.ConnectTimeout == 0 || config.ConnConfig.ConnectTimeout > connectTimeout {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return pool, nil
}

// Ping returns nil when the database answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	return s.pool.Ping(ctx)
}

// bound returns a context that ends after [callTimeout] and not before, so that
// an impatient caller cannot cut a connection in the middle of a transaction.
func bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
}

// errGone is the one answer for what is not there, not theirs, or over.
func errGone() error { return room.Errorf(room.Gone, "there is nothing here, or no longer") }
