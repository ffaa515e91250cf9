package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

// passing are the states of a PostgreSQL that end without anybody changing the
// request: what was asked took no effect and may be asked again, unchanged.
var passing = map[string]room.Error{
	"53100": {Message: "the server has no disk space left; this was not saved yet", RetryMS: 2000},
	"53200": {Message: "the database is out of memory; this was not saved yet", RetryMS: 1000},
	"53300": {Message: "the database has no free connection; try again in a moment", RetryMS: 500},
	"58030": {Message: "the server's disk reports errors; this was not saved yet", RetryMS: 2000},
	"25006": {Message: "the database can only be read at present; this was not saved yet", RetryMS: 1000},
	"55P03": {Message: "the room is held up by another change; this was not saved yet", RetryMS: 250},
	"57014": {Message: "the database took too long; this was not saved yet", RetryMS: 500},
	"40001": {Message: "another change came between; this was not saved yet", RetryMS: 100},
	"40P01": {Message: "another change came between; this was not saved yet", RetryMS: 100},
}

// fault is what was being done and why it failed, for the log; the refusal in
// its chain is what the caller is told.
type fault struct {
	text    string
	refusal *room.Error // nil: there is no sentence for it
	cause   error
}

func (f *fault) Error() string { return f.text + ": " + f.cause.Error() }

func (f *fault) Unwrap() []error {
	if f.refusal == nil {
		return []error{f.cause}
	}
	return []error{f.refusal, f.cause}
}

// wrap adds what was being done to a fault, and the refusal with code busy where
// the database is in a state that passes. A refusal goes through as it is.
func wrap(err error, format string, args ...any) error {
	if err == nil || room.CodeOf(err) != "" {
		return err
	}
	f := &fault{text: fmt.Sprintf(format, args...), cause: err}
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		if told, ok := passing[pgErr.Code]; ok {
			told.Code = room.Busy
			f.refusal = &told
		}
	}
	return f
}

// away reports whether the database could not be reached, or went away in the
// middle: it restarts, fails over, or takes no more connections. What became of
// a write is unknown then; a read can be asked again.
func away(err error) bool {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case len(pgErr.Code) != 5:
			return false
		case pgErr.Code == "53300", pgErr.Code[:3] == "57P", pgErr.Code[:2] == "08":
			return true
		}
		return false
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false // it is there and slow, or nobody waits
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || errors.Is(err, errStandby) {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || pgconn.SafeToRetry(err)
}

// unsent reports whether the database was never told: no connection could be
// made, or the one there was had broken before.
func unsent(err error) bool {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.Code != "53300" && pgErr.Code != "57P03" {
		return false // 53300 and 57P03 are answers to connecting
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	return connecting || errors.Is(err, errStandby) || pgconn.SafeToRetry(err)
}

// keep is asked of every connection that goes back to the pool. One that can
// only read is not kept: after a failover the next one may lead to a database
// that can write. PostgreSQL reports both settings as they change.
func keep(conn *pgx.Conn) bool {
	pg := conn.PgConn()
	return pg.ParameterStatus("in_hot_standby") != "on" && pg.ParameterStatus("default_transaction_read_only") != "on"
}
