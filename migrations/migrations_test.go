package migrations_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/migrations"
	"parley/room"
	"parley/room/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// Eight servers start at once on an empty database: one migrates, all go on.
func TestManyServersMigrateAtOnce(t *testing.T) {
	const servers = 8
	dsn := pgtest.Empty(t)
	var wg sync.WaitGroup
	errs := make([]error, servers)
	for i := range servers {
		wg.Go(func() {
			pool, err := pgxpool.New(context.Background(), dsn)
			if err != nil {
				errs[i] = err
				return
			}
			defer pool.Close()
			errs[i] = migrations.Up(context.Background(), pool)
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("server %d: %v", i, err)
		}
	}
}

// A server's statements are bounded by seconds, a migration's are not.
func TestMigrationsTakeTheirTime(t *testing.T) {
	config, err := pgxpool.ParseConfig(pgtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["statement_timeout"] = "1ms" // none of them is that quick
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()

	if err := migrations.Up(t.Context(), pool); err != nil {
		t.Error(err)
	}
}

// The tables have the columns that room.Schema names, and no others.
func TestTablesFollowTheSchema(t *testing.T) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, k := range room.Schema {
		want := map[string]bool{"room_id": true, "workspace_id": true, "stream": true, "id": true, "marks": true}
		for _, f := range k.Fields {
			want[f.Name] = true
		}
		rows, err := pool.Query(ctx, `select column_name::text from information_schema.columns where table_schema = 'public' and table_name = $1`, k.Table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			if !want[name] {
				t.Errorf("%s.%s is not in the schema", k.Table, name)
			}
			delete(want, name)
		}
		for name := range want {
			t.Errorf("%s has no column %s", k.Table, name)
		}
	}
}

// tenantless are the tables of the cluster of workspaces itself, and of people
// before it is known which workspace they go to.
var tenantless = []string{"workspaces", "goose_db_version", "accounts", "account_identities", "sign_in_tickets", "sign_in_trips"}

// The wall stands around every table of a tenant: a new one calls seal_tenants().
func TestEveryTableIsSealed(t *testing.T) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.Query(ctx, `select relname::text, relrowsecurity and relforcerowsecurity
			and (select count(*) = 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant' and p.polcmd = '*' and p.polroles = '{0}')
			and has_table_privilege('parley_app', c.oid, 'select, insert, update, delete')
		from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> all ($1)`, tenantless[1:])
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for rows.Next() {
		var name string
		var sealed bool
		if err := rows.Scan(&name, &sealed); err != nil {
			t.Fatal(err)
		}
		if seen++; !sealed {
			t.Errorf("table %s is not sealed: end its migration with select seal_tenants()", name)
		}
	}
	if seen < 20 {
		t.Errorf("only %d tables were seen", seen)
	}
}

// Every table that holds a tenant's data says whose it is.
func TestEveryTableHasItsTenant(t *testing.T) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.Query(ctx, `select table_name::text from information_schema.tables t where table_schema = 'public' and table_type = 'BASE TABLE'
		and table_name <> all ($1) and not exists (select from information_schema.columns c
			where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'workspace_id' and c.is_nullable = 'NO')`, tenantless)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		t.Errorf("table %s has no workspace_id", name)
	}
}

// untied are the tables whose rows name a room without a key to it: the log is
// written in the turn of its room's head, which has one; an event of the audit may
// be about a room that is not there.
var untied = []string{"activity", "audit_events"}

// R28: whatever is of a room is of the room's workspace, by its key.
func TestRoomsAndTheirRowsAreOfOneWorkspace(t *testing.T) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.Query(ctx, `select c.oid::regclass::text, coalesce((select bool_or(pg_get_constraintdef(f.oid) ~ '^FOREIGN KEY \(workspace_id, room_id\) REFERENCES (rooms\(workspace_id, id|room_plans\(workspace_id, room_id|heads\(workspace_id, room_id)')
			from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), false)
		from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'room_id' and not a.attisdropped
		where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> all ($1)`, untied)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	var name string
	var tied bool
	_, err = pgx.ForEachRow(rows, []any{&name, &tied}, func() error {
		if seen++; !tied {
			t.Errorf("a row of %s can be of another workspace than its room", name)
		}
		return nil
	})
	if err != nil || seen < 15 {
		t.Errorf("%d tables were seen, %v", seen, err)
	}
}
