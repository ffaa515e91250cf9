package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// The second wall between workspaces is row-level security: a connection sees
// the rows of the tenants that its setting parley.tenant names (ADR 17). Which
// those are follows from the context of a call, in this file alone.

// everyTenant is the setting of the server's own work: looking a token up, before
// anybody knows whose it is, and what runs over all rooms.
const everyTenant = "system"

// tenantKey is where a context has its scope, and a connection its setting.
type tenantKey struct{}

const tenantSetting = "parley.tenant"

// scope is what a request may see: nothing is proven at first.
type scope struct {
	mu      sync.Mutex // guards the fields below
	tenants []string   // proven by tokens, sorted
}

// Scope returns the context of one request. It sees no rows at first. From the
// first token of it that is found good, whatever the request does is done among the
// rows of that token's workspace; of a second token's too.
func Scope(ctx context.Context) context.Context {
	return context.WithValue(ctx, tenantKey{}, &scope{})
}

// adopt notes that the request has shown a token of a workspace.
func adopt(ctx context.Context, ws room.WorkspaceID) {
	s, _ := ctx.Value(tenantKey{}).(*scope)
	if s == nil || ws == "" {
		return // the server's own work
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, known := slices.BinarySearch(s.tenants, string(ws)); !known {
		s.tenants = slices.Insert(s.tenants, at, string(ws))
	}
}

// Proven notes that the request has shown what is good for a workspace and is not
// looked up here: the key that the configuration names, or a token that the server
// looked up a moment ago.
func (s *Store) Proven(ctx context.Context, ws room.WorkspaceID) { adopt(ctx, ws) }

// among returns a context whose calls see one workspace.
func among(ctx context.Context, ws string) context.Context {
	return context.WithValue(ctx, tenantKey{}, &scope{tenants: []string{ws}})
}

// amongAll returns a context whose calls see the workspaces of the turns' rooms.
func amongAll(turns []*turn) context.Context {
	ctx := Scope(context.Background())
	for _, t := range turns {
		adopt(ctx, room.WorkspaceID(t.workspace))
	}
	return ctx
}

// system returns a context whose calls see every workspace. Those that need it
// within a request look up a token ([Store.Authenticate], [Store.LinkByToken],
// [Store.Seat], …), act for an account across its workspaces ([Store.SignIn],
// [Store.WorkspacesOf], …), or tell a browser who may frame a room before it says
// who looks ([Store.FrameOrigins]).
func system(ctx context.Context) context.Context {
	return context.WithValue(ctx, tenantKey{}, (*scope)(nil))
}

// tenantsOf is the setting that calls with ctx are made under.
func tenantsOf(ctx context.Context) string {
	s, _ := ctx.Value(tenantKey{}).(*scope)
	if s == nil {
		return everyTenant
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return "{" + strings.Join(s.tenants, ",") + "}"
}

// enclose has a connection that leaves the pool see what ctx may. It costs a
// round trip where the one before was of another tenant, else nothing.
func enclose(ctx context.Context, conn *pgx.Conn) (bool, error) {
	want, data := tenantsOf(ctx), conn.PgConn().CustomData()
	if data[tenantSetting] == want {
		return true, nil
	}
	delete(data, tenantSetting)
	if _, err := conn.Exec(ctx, `select set_config('`+tenantSetting+`', $1, false)`, want); err != nil {
		if conn.IsClosed() && ctx.Err() == nil {
			return false, nil // it had broken while it waited: nothing was asked yet, take another
		}
		return false, fmt.Errorf("entering a workspace: %w", err)
	}
	data[tenantSetting] = want
	return true, nil
}

// takeRole makes a new connection one of the role that owns nothing, where the
// login role may take it: policies do not hold for a superuser. An owner that is
// none is held by them too, as they are forced.
func takeRole(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `select set_config('`+tenantSetting+`', '`+everyTenant+`', false),
		(select set_config('role', rolname, false) from pg_roles where rolname = 'parley_app' and pg_has_role(session_user, oid, 'member'))`)
	if err != nil {
		return fmt.Errorf("taking the role parley_app: %w", err)
	}
	conn.PgConn().CustomData()[tenantSetting] = everyTenant
	return nil
}

// Walled reports whether row-level security holds for this server's connections.
func (s *Store) Walled(ctx context.Context) (bool, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var active bool
	err := s.pool.QueryRow(ctx, `select row_security_active('rooms')`).Scan(&active)
	return active, wrap(err, "looking for row-level security")
}
