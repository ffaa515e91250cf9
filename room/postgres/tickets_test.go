package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/room"
	"parley/room/postgres"
)

const priyasAddress = "priya@northwind.example"

// member makes somebody a member of the world's workspace.
func (w *world) member(email string, role room.Role) room.WorkspaceMember {
	w.Helper()
	m, err := w.store.AddMember(context.Background(), w.workspace, email, "", role)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

func (w *world) ticket(email string) room.Ticket {
	w.Helper()
	t, err := w.store.NewTicket(context.Background(), email, "192.0.2.1", false)
	if err != nil {
		w.Fatal(err)
	}
	return t
}

func (w *world) byCode(t room.Ticket, code string) (room.Seat, error) {
	_, seat, err := w.store.SignInByCode(context.Background(), t.Token, code, "192.0.2.1", room.SignIn{})
	return seat, err
}

// wrong is a code that is not the ticket's.
func wrong(t room.Ticket) string {
	if t.Code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestCodeSignsInOnce(t *testing.T) {
	w := newWorld(t)
	m := w.member(priyasAddress, room.RoleOwner)
	ticket := w.ticket(priyasAddress)
	if !ticket.Known || len(ticket.Code) != 6 {
		t.Fatalf("ticket = %+v", ticket)
	}
	seat, err := w.byCode(ticket, ticket.Code)
	if err != nil || seat.Account != m.Account || seat.Role != room.RoleOwner || seat.Workspace != w.workspace {
		t.Fatalf("seat = %+v, %v", seat, err)
	}
	if _, err := w.byCode(ticket, ticket.Code); room.CodeOf(err) != room.Gone {
		t.Errorf("used again: %v", err)
	}
	if _, _, err := w.store.SignInByLink(context.Background(), ticket.Link, room.SignIn{}); room.CodeOf(err) != room.Gone {
		t.Errorf("its link afterwards: %v", err)
	}
}

func TestLinkSignsInOnce(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.member(priyasAddress, room.RoleMember)
	ticket := w.ticket(priyasAddress)
	if _, _, err := w.store.SignInByLink(ctx, ticket.Link, room.SignIn{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.store.SignInByLink(ctx, ticket.Link, room.SignIn{}); room.CodeOf(err) != room.Gone {
		t.Errorf("used again: %v", err)
	}
	if _, err := w.byCode(ticket, ticket.Code); room.CodeOf(err) != room.Gone {
		t.Errorf("its code afterwards: %v", err)
	}
}

// Five codes are compared, however many come at once.
func TestFiveTriesPerCode(t *testing.T) {
	w := newWorld(t)
	w.member(priyasAddress, room.RoleMember)
	ticket := w.ticket(priyasAddress)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := w.byCode(ticket, wrong(ticket)); room.CodeOf(err) != room.Gone {
				t.Errorf("a wrong code: %v", err)
			}
		})
	}
	wait.Wait()
	var tries int
	if err := w.pool.QueryRow(context.Background(), `select tries from sign_in_tickets`).Scan(&tries); err != nil || tries != 5 {
		t.Errorf("%d tries were compared, %v", tries, err)
	}
	if _, err := w.byCode(ticket, ticket.Code); room.CodeOf(err) != room.Gone {
		t.Errorf("the right code after five wrong ones: %v", err)
	}
}

func TestCodeIsForItsTicketAndItsTime(t *testing.T) {
	w := newWorld(t)
	w.member(priyasAddress, room.RoleMember)
	one, other := w.ticket(priyasAddress), w.ticket(priyasAddress)
	for one.Code == other.Code {
		other = w.ticket(priyasAddress)
	}
	if _, err := w.byCode(one, other.Code); room.CodeOf(err) != room.Gone {
		t.Errorf("another ticket's code: %v", err)
	}
	if _, err := w.pool.Exec(context.Background(), `update sign_in_tickets set expires_at = now()`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.byCode(one, one.Code); room.CodeOf(err) != room.Gone {
		t.Errorf("an old code: %v", err)
	}
	if _, _, err := w.store.SignInByLink(context.Background(), one.Link, room.SignIn{}); room.CodeOf(err) != room.Gone {
		t.Errorf("an old link: %v", err)
	}
}

// An address gets five codes an hour, also when they are asked for at once, and
// one that is nobody's no more and no fewer.
func TestAddressHasABudgetOfCodes(t *testing.T) {
	w := newWorld(t)
	w.member(priyasAddress, room.RoleMember)
	for _, email := range []string{priyasAddress, "nobody@elsewhere.example"} {
		var mu sync.Mutex
		var made, busy int
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				_, err := w.store.NewTicket(context.Background(), email, "", false)
				mu.Lock()
				defer mu.Unlock()
				switch room.CodeOf(err) {
				case "":
					made++
				case room.Busy:
					busy++
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if made != 5 || busy != 3 {
			t.Errorf("%s: %d made, %d put off", email, made, busy)
		}
	}
}

// S15: who asks for codes in somebody's name as often as they can puts them off for
// twelve minutes and not for an hour, and has nine mailed in an hour at most.
func TestAskingInAnothersNameKeepsNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.member(priyasAddress, room.RoleMember)
	made := 0
	for minute := 4; minute <= 120; minute += 4 { // an hour of the attack, and one more
		if _, err := w.pool.Exec(t.Context(), `update sign_in_tickets set created_at = created_at - interval '4 minutes'`); err != nil {
			t.Fatal(err)
		}
		for { // as many as there are
			_, err := w.store.NewTicket(t.Context(), priyasAddress, fmt.Sprintf("2001:db8:%x::/64", made), false)
			if err == nil {
				made++
				continue
			}
			var refusal *room.Error
			if !errors.As(err, &refusal) || refusal.Code != room.Busy || refusal.RetryMS > 12*60_000 {
				t.Fatalf("in minute %d: %v", minute, err)
			}
			break
		}
		if minute <= 60 && made > 9 || made < 5+(minute-4)/12 {
			t.Fatalf("%d codes in %d minutes", made, minute)
		}
	}
	if made > 15 {
		t.Errorf("%d codes in two hours", made)
	}
}

// An address that is nobody's gets a ticket like any other, and no way in.
func TestUnknownAddressGetsATicketLikeAnyOther(t *testing.T) {
	w := newWorld(t)
	ticket := w.ticket("nobody@elsewhere.example")
	if ticket.Known || ticket.Token == "" {
		t.Errorf("ticket = %+v", ticket)
	}
	if _, err := w.byCode(ticket, ticket.Code); room.CodeOf(err) != room.Gone {
		t.Errorf("even its code: %v", err)
	}
	var accounts int
	if err := w.pool.QueryRow(context.Background(), `select count(*) from accounts`).Scan(&accounts); err != nil || accounts != 0 {
		t.Errorf("%d accounts, %v", accounts, err)
	}
}

// statements keeps the text of every query.
type statements struct {
	mu  sync.Mutex // guards the field below
	all []string
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, data.SQL)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// The database does the same work for an address that may sign in and for one
// that may not, statement by statement: the time tells nobody which it is.
func TestKnownAndUnknownAddressesAreTheSameWork(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.member(priyasAddress, room.RoleMember)
	var seen statements
	pool, err := postgres.Open(ctx, w.dsn, postgres.WithTracer(&seen))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := postgres.New(pool)
	work := func(email string) []string {
		t.Helper()
		seen.all = nil
		ticket, err := store.NewTicket(ctx, email, "192.0.2.1", false)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := store.SignInByCode(ctx, ticket.Token, wrong(ticket), "192.0.2.1", room.SignIn{}); room.CodeOf(err) != room.Gone {
			t.Fatalf("a wrong code: %v", err)
		}
		return slices.DeleteFunc(seen.all, func(sql string) bool { // of a new connection
			return strings.Contains(sql, "pg_is_in_recovery") || strings.Contains(sql, "parley_app")
		})
	}
	known, unknown := work(priyasAddress), work("nobody@elsewhere.example")
	if len(known) < 8 || !slices.Equal(known, unknown) {
		t.Errorf("known\n%s\nunknown\n%s", strings.Join(known, "\n"), strings.Join(unknown, "\n"))
	}
}

func TestSignupGivesAWorkspaceOfOnesOwn(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	ticket, err := w.store.NewTicket(ctx, "new@elsewhere.example", "", true)
	if err != nil || !ticket.Known {
		t.Fatalf("%+v, %v", ticket, err)
	}
	_, seat, err := w.store.SignInByCode(ctx, ticket.Token, ticket.Code, "", room.SignIn{Signup: true})
	if err != nil || seat.Workspace == w.workspace || seat.Role != room.RoleOwner {
		t.Fatalf("seat = %+v, %v", seat, err)
	}
	if _, err := w.store.Seated(ctx, seat, w.id); room.CodeOf(err) != room.Gone {
		t.Errorf("a room of the first workspace: %v", err)
	}
	if b, err := w.store.Brand(ctx, seat.Workspace); err != nil || b.Name != "Elsewhere" {
		t.Errorf("it is called %q, %v", b.Name, err)
	}
	_, again, err := w.store.SignIn(ctx, room.SignIn{Email: seat.Email, Signup: true})
	if err != nil || again.Workspace != seat.Workspace {
		t.Errorf("signed in again to %s, %v", again.Workspace, err)
	}
}

// The tables hold no token and no code.
func TestTicketsAndSessionsAreHashed(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	m := w.member(priyasAddress, room.RoleOwner)
	ticket := w.ticket(priyasAddress)
	token, _, err := w.store.SignInByCode(ctx, ticket.Token, ticket.Code, "", room.SignIn{Agent: "Firefox"})
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := w.store.CreateKey(ctx, room.APIKey{Workspace: w.workspace, Name: "CRM", Scopes: room.Scopes, By: m.Account})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"sign_in_tickets", "account_sessions", "api_keys", "audit_events", "sessions"} {
		var dump string
		if err := w.pool.QueryRow(ctx, `select coalesce(string_agg(t::text, ' '), '') from `+table+` t`).Scan(&dump); err != nil {
			t.Fatal(err)
		}
		for name, secret := range map[string]string{"ticket": ticket.Token, "link": ticket.Link, "session": token, "key": key} {
			if strings.Contains(dump, secret) {
				t.Errorf("%s holds the %s", table, name)
			}
		}
		if table == "sign_in_tickets" && strings.Contains(dump, ","+ticket.Code+",") {
			t.Errorf("%s holds the code", table)
		}
	}
}
