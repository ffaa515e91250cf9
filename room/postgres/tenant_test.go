package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
	"parley/room/postgres"
)

// asOwner is a connection of who owns the tables and is held by no policy.
func asOwner(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["parley.tenant"] = "system"
	config.RuntimeParams["default_transaction_read_only"] = "off" // also where the database says on
	conn, err := pgx.ConnectConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// tenants is one database with two workspaces that have the same things, and a
// row in every table.
type tenants struct {
	*world
	mine, foreign      room.WorkspaceID
	foreignRoom        room.ID
	myToken, theirLink string
}

func newTenants(t *testing.T) *tenants {
	w := newWorld(t)
	owner := asOwner(t, w.dsn)
	ts := &tenants{world: w, mine: w.workspace}
	if err := owner.QueryRow(t.Context(), `insert into workspaces (name) values ('Southwind') returning id::text`).Scan(&ts.foreign); err != nil {
		t.Fatal(err)
	}
	var err error
	ts.foreignRoom, err = w.store.CreateRoom(t.Context(), room.NewRoom{
		Workspace: ts.foreign, Name: "Secret of Southwind", BuyerCompany: "Acme", SellerCompany: "Southwind", TimeZone: "Europe/Berlin", GoLive: "2027-03-01",
	})
	if err != nil {
		t.Fatal(err)
	}
	for ws, id := range map[room.WorkspaceID]room.ID{ts.mine: w.id, ts.foreign: ts.foreignRoom} {
		link, token, err := w.store.CreateLink(t.Context(), room.NewLink{Workspace: ws, Room: id, Side: room.SideSeller, Access: room.Owner})
		if err != nil {
			t.Fatal(err)
		}
		session, _, err := w.store.CreateSession(t.Context(), link, room.Visitor{})
		if err != nil {
			t.Fatal(err)
		}
		if ws == ts.mine {
			ts.myToken = session
		} else {
			ts.theirLink = token
		}
		if err := w.store.Audit(t.Context(), room.AuditEvent{Workspace: ws, Action: room.ActSignIn, Actor: room.Actor{Kind: "visitor"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.EnsureOwner(t.Context(), ws, "owner@"+string(ws[:8])+".example", "Owner"); err != nil {
			t.Fatal(err)
		}
	}
	return ts
}

// request is a context as that of a request that showed my token.
func (ts *tenants) request() context.Context {
	ts.Helper()
	ctx := postgres.Scope(context.Background())
	if _, err := ts.store.Authenticate(ctx, ts.myToken); err != nil {
		ts.Fatal(err)
	}
	return ctx
}

// sealed lists the tables with a workspace, and the column that says which.
func sealed(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `select c.relname::text, case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
		from pg_class c where c.relkind = 'r' and c.relforcerowsecurity and c.relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var table, column string
	if _, err := pgx.ForEachRow(rows, []any{&table, &column}, func() error { out[table] = column; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("only %d tables are sealed", len(out))
	}
	return out
}

// With no where clause at all, a request sees the rows of its own workspace: in
// no table can it read, change, delete or write one of another. // S06
func TestTheWallStandsWithoutWhereClauses(t *testing.T) {
	ts := newTenants(t)
	owner := asOwner(t, ts.dsn)
	ctx := ts.request()

	both := 0
	for table, column := range sealed(t, owner) {
		var mine, theirs int
		if err := owner.QueryRow(t.Context(), fmt.Sprintf(`select count(*) filter (where %[2]s = $1), count(*) filter (where %[2]s = $2) from %[1]s`, table, column), ts.mine, ts.foreign).
			Scan(&mine, &theirs); err != nil {
			t.Fatal(err)
		}
		if mine > 0 && theirs > 0 {
			both++
		}
		var seen, foreign int
		if err := ts.pool.QueryRow(ctx, fmt.Sprintf(`select count(*), count(*) filter (where %s <> $1) from %s`, column, table), ts.mine).Scan(&seen, &foreign); err != nil {
			t.Fatal(err)
		}
		if seen != mine || foreign != 0 {
			t.Errorf("%s: a request sees %d rows, %d foreign; want its own %d", table, seen, foreign, mine)
		}
		for verb, sql := range map[string]string{
			"change": fmt.Sprintf(`update %[1]s set %[2]s = %[2]s where %[2]s = $1`, table, column), "delete": fmt.Sprintf(`delete from %s where %s = $1`, table, column),
		} {
			if tag, err := ts.pool.Exec(ctx, sql, ts.foreign); err != nil || tag.RowsAffected() != 0 {
				t.Errorf("%s: a request can %s %d foreign rows (%v)", table, verb, tag.RowsAffected(), err)
			}
		}
		// Nor move one of its own over.
		if mine > 0 {
			_, err := ts.pool.Exec(ctx, fmt.Sprintf(`update %s set %s = $1`, table, column), ts.foreign)
			if err == nil || !strings.Contains(err.Error(), "row-level security") {
				t.Errorf("%s: a request can give its rows away: %v", table, err)
			}
		}
	}
	if both < 8 {
		t.Errorf("only %d tables have rows of both", both)
	}
}

// A request that has shown nothing good sees no row of any table that has a
// workspace, and writes none: what forgets to ask for a token fails closed. // S06
func TestWhoHasShownNothingSeesNothing(t *testing.T) {
	ts := newTenants(t)
	ctx := postgres.Scope(context.Background())
	if _, err := ts.store.Authenticate(ctx, ts.myToken+"x"); room.CodeOf(err) != room.Gone {
		t.Fatal(err)
	}
	for table, column := range sealed(t, asOwner(t, ts.dsn)) {
		var seen int
		if err := ts.pool.QueryRow(ctx, `select count(*) from `+table).Scan(&seen); err != nil || seen != 0 {
			t.Errorf("%s: %d rows are seen (%v)", table, seen, err)
		}
		for _, sql := range []string{`delete from ` + table, fmt.Sprintf(`update %[1]s set %[2]s = %[2]s`, table, column)} {
			if tag, err := ts.pool.Exec(ctx, sql); err != nil || tag.RowsAffected() != 0 {
				t.Errorf("%s takes %d rows (%v)", sql, tag.RowsAffected(), err)
			}
		}
		_, err := ts.pool.Exec(ctx, fmt.Sprintf(`insert into %s (%s) values ($1)`, table, column), ts.mine)
		if err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("%s: a row is written: %v", table, err)
		}
	}
	ts.store.Proven(ctx, ts.mine)
	if _, err := ts.store.RoomWorkspace(ctx, ts.id); err != nil {
		t.Errorf("after the workspace was proven: %v", err)
	}
	if _, err := ts.store.RoomWorkspace(ctx, ts.foreignRoom); room.CodeOf(err) != room.Gone {
		t.Errorf("the other one = %v", err)
	}
}

// Tokens of calendars and of mails open their own workspace alone; those that are
// unknown open none.
func TestWhatFollowsARoomOpensItsWorkspace(t *testing.T) {
	ts := newTenants(t)
	link, _, err := ts.store.CreateLink(t.Context(), room.NewLink{Workspace: ts.mine, Room: ts.id, Side: room.NoSide, Access: room.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	_, feed, err := ts.store.CreateFeed(t.Context(), room.NewFeed{Workspace: ts.mine, Room: ts.id, Shows: room.FeedPlan, Link: link.ID})
	if err != nil {
		t.Fatal(err)
	}
	_, mail, err := ts.store.AskUpdates(t.Context(), link, "ann@acme.example", "daily")
	if err != nil {
		t.Fatal(err)
	}
	for what, look := range map[string]func(context.Context, string) error{
		"calendar": func(ctx context.Context, end string) error { _, err := ts.store.FeedByToken(ctx, feed+end); return err },
		"mail": func(ctx context.Context, end string) error {
			_, err := ts.store.SubscriptionByToken(ctx, mail+end)
			return err
		},
		"yes": func(ctx context.Context, end string) error {
			_, err := ts.store.ConfirmUpdates(ctx, mail+end)
			return err
		},
	} {
		ctx := postgres.Scope(context.Background())
		if err := look(ctx, "x"); room.CodeOf(err) != room.Gone {
			t.Errorf("%s: an unknown token = %v", what, err)
		}
		if _, err := ts.store.RoomWorkspace(ctx, ts.id); room.CodeOf(err) != room.Gone {
			t.Errorf("%s: an unknown token opens the room: %v", what, err)
		}
		if err := look(ctx, ""); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := ts.store.RoomWorkspace(ctx, ts.id); err != nil {
			t.Errorf("%s: its room = %v", what, err)
		}
		if _, err := ts.store.RoomWorkspace(ctx, ts.foreignRoom); room.CodeOf(err) != room.Gone {
			t.Errorf("%s: a foreign room = %v", what, err)
		}
	}
	ctx := postgres.Scope(context.Background())
	if err := ts.store.RevokeFeed(ctx, feed); err != nil {
		t.Fatal(err)
	}
	if _, err := ts.store.FeedByToken(ctx, feed); room.CodeOf(err) != room.Gone {
		t.Errorf("a calendar that was ended = %v", err)
	}
}

// Who is signed in to one workspace is told of the other ones that are theirs.
func TestAnAccountKnowsAllItsWorkspaces(t *testing.T) {
	ts := newTenants(t)
	const email = "both@example.com"
	for _, ws := range []room.WorkspaceID{ts.mine, ts.foreign} {
		if _, err := ts.store.EnsureOwner(t.Context(), ws, email, "Both"); err != nil {
			t.Fatal(err)
		}
	}
	token, _, err := ts.store.SignIn(t.Context(), room.SignIn{Email: email, Workspace: ts.mine})
	if err != nil {
		t.Fatal(err)
	}
	ctx := postgres.Scope(context.Background())
	seat, err := ts.store.Seat(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := ts.store.WorkspacesOf(ctx, seat.Account); err != nil || len(list) != 2 {
		t.Errorf("WorkspacesOf = %v, %v; want both", list, err)
	}
}

// The calls that take an id and no workspace, which only the wall can hold.
func TestForeignIDsAreNotThere(t *testing.T) {
	ts := newTenants(t)
	ctx := ts.request()

	if snapshots, err := ts.store.Snapshot(ctx, ts.foreignRoom, []room.Stream{room.Shared}, ""); room.CodeOf(err) != room.Gone {
		t.Errorf("Snapshot = %v, %v", snapshots, err)
	}
	if logged, err := ts.store.After(ctx, ts.foreignRoom, room.Shared, 0, 10); len(logged) != 0 {
		t.Errorf("After = %d commits, %v", len(logged), err)
	}
	if ws, err := ts.store.RoomWorkspace(ctx, ts.foreignRoom); room.CodeOf(err) != room.Gone {
		t.Errorf("RoomWorkspace = %v, %v", ws, err)
	}
	if heads, err := ts.store.Heads(ctx, []room.ID{ts.foreignRoom, ts.id}); err != nil || len(heads) != 1 {
		t.Errorf("Heads = %v, %v", heads, err)
	}
	// A token of another workspace is proof of its own, and opens that one too.
	if link, err := ts.store.LinkByToken(ctx, ts.theirLink); err != nil || link.Workspace != ts.foreign {
		t.Errorf("LinkByToken = %v, %v", link, err)
	}
	if _, err := ts.store.RoomWorkspace(ctx, ts.foreignRoom); err != nil {
		t.Errorf("after its token was shown: %v", err)
	}
}

// A wrong token proves nothing, and opens nothing that was shut.
func TestWrongTokensOpenNoWorkspace(t *testing.T) {
	ts := newTenants(t)
	ctx := ts.request()

	for _, token := range []string{"", "parley_wrong", ts.theirLink, ts.myToken + "x"} {
		if _, err := ts.store.Authenticate(ctx, token); room.CodeOf(err) != room.Gone {
			t.Errorf("Authenticate(%q) = %v", token, err)
		}
	}
	if _, err := ts.store.RoomWorkspace(ctx, ts.foreignRoom); room.CodeOf(err) != room.Gone {
		t.Errorf("a foreign room = %v", err)
	}
}

// Connections go from one workspace to the other and back; none keeps what the
// request before might see, also where requests are broken off. // S06
func TestConnectionsKeepNoWorkspace(t *testing.T) {
	ts := newTenants(t)
	ctxs := map[room.WorkspaceID]context.Context{ts.mine: ts.request(), ts.foreign: postgres.Scope(context.Background())}
	if _, err := ts.store.LinkByToken(ctxs[ts.foreign], ts.theirLink); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error, 64)
	for n := range cap(errs) {
		go func() {
			want := []room.WorkspaceID{ts.mine, ts.foreign}[n%2]
			errs <- func() error {
				for turn := range 40 {
					ctx, cancel := context.WithCancel(ctxs[want])
					if turn%5 == 4 {
						go cancel() // at any moment of the query
					}
					rows, err := ts.pool.Query(ctx, `select distinct workspace_id::text from participants union select id::text from workspaces union select $1`, want)
					if err == nil {
						var seen []string
						if seen, err = pgx.CollectRows(rows, pgx.RowTo[string]); err == nil && !slices.Equal(seen, []string{string(want)}) {
							cancel()
							return fmt.Errorf("a request of %s saw %v", want, seen)
						}
					}
					cancel()
					if err != nil && turn%5 != 4 {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// A session that does not say which workspace gets an error, not an empty list:
// what forgets it is found at once.
func TestTheWallFailsClosed(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), newWorld(t).dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `set role parley_app`); err != nil {
		t.Fatal(err)
	}
	var n int
	for _, set := range []string{`select`, `set parley.tenant = ''`, `set parley.tenant = 'nonsense'`} {
		if _, err := conn.Exec(t.Context(), set); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), `select count(*) from rooms`).Scan(&n); err == nil {
			t.Errorf("after %q: %d rooms, and no error", set, n)
		}
	}
}

// A server whose login owns the tables, as a database of one's own often has it,
// stands behind the same wall: the policies are forced.
func TestOwnersAreWalledToo(t *testing.T) {
	ts := newTenants(t)
	super := asOwner(t, ts.dsn)
	// Roles are of the cluster: this one has a name of its own.
	name := "owner_" + strings.ReplaceAll(string(newID()), "-", "")
	for _, sql := range []string{
		`create role ` + name + ` login`, `grant all on schema public to ` + name,
		`do $$ declare t record; begin for t in select oid::regclass as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
			execute format('alter table %s owner to ` + name + `', t.name); end loop; end $$`,
	} {
		if _, err := super.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	config, err := pgxpool.ParseConfig(ts.dsn)
	if err != nil {
		t.Fatal(err)
	}
	dsn := strings.Replace(ts.dsn, "user="+config.ConnConfig.User, "user="+name, 1)
	pool, err := postgres.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	store := postgres.New(pool)
	ctx := postgres.Scope(t.Context())

	if _, err := store.Authenticate(ctx, ts.myToken); err != nil {
		t.Fatal(err)
	}

	var foreign int
	if err := pool.QueryRow(ctx, `select count(*) from rooms where workspace_id <> $1`, ts.mine).Scan(&foreign); err != nil || foreign != 0 {
		t.Errorf("%d foreign rooms, %v", foreign, err)
	}
	if walled, err := store.Walled(ctx); err != nil || !walled {
		t.Errorf("Walled = %v, %v", walled, err)
	}
	if walled, err := ts.store.Walled(ctx); err != nil || !walled {
		t.Errorf("of a superuser's server: Walled = %v, %v", walled, err)
	}
}
