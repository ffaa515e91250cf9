package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Mutant is a bug that a run must find: a check that finds none of them proves
// little. It is planted with go build -overlay, so that no line of the product
// knows of it.
type Mutant struct {
	Name     string
	Edits    []Edit
	Scenario string   // whose run shows it
	Finds    []string // the invariants, one of which must be violated
	// Chance is how likely one run finds it, and why. Tries is how many runs it
	// gets: all of them miss it with at most one in a thousand.
	Chance string
	Tries  int
}

// Edit replaces Old, which stands exactly once in File, by New.
type Edit struct{ File, Old, New string }

// underLock takes the shorter way from commits away, which proves in another
// manner what the lock does.
var underLock = Edit{"room/postgres/commit.go", "	if plan != nil && last.suffices(reqs) {\n", "	if plan != nil && last == nil && last.suffices(reqs) {\n"}

// Mutants are the planted bugs; those whose runs end in a long wait come first.
var Mutants = []Mutant{
	{
		Name:     "no gap repair",
		Edits:    []Edit{{"realtime/repair.go", "func (r *liveRoom) repair(c *channel) {\n", "func (r *liveRoom) repair(c *channel) {\n	if r != nil {\n		return\n	}\n"}},
		Scenario: "pubsub-deaf", Finds: []string{"I3"}, Tries: 1,
		Chance: "certain: one in five of some hundred messages is dropped, and who only reads has no other way to them",
	},
	{
		Name:     "no position check",
		Edits:    []Edit{{"realtime/watch.go", "	if h.degraded.Load() || !now.Before(w.check) {\n", "	if h.degraded.Load() {\n"}},
		Scenario: "pubsub-last", Finds: []string{"I3"}, Tries: 1,
		Chance: "certain: the message that is dropped is the last",
	},
	{
		// What a sequence does: the number is there before the commit is.
		Name: "sequence instead of lock",
		Edits: []Edit{
			underLock,
			{"room/postgres/commit.go", "	t.write(&b)\n	t.writeHead(&b)\n	b.Queue(`commit`)\n", "	t.writeHead(&b)\n	b.Queue(`commit`)\n" +
				"	if err := conn.SendBatch(ctx, &b).Close(); err != nil {\n		return nil, room.Result{}, err\n	}\n" +
				"	b = pgx.Batch{}\n	b.Queue(`begin`)\n	t.write(&b)\n	b.Queue(`commit`)\n"},
		},
		Scenario: "nothing", Finds: []string{"I8"}, Tries: 1,
		Chance: "certain: each of two servers looks at the room some hundred times a second while the number of the other one's commit is there and the commit is not",
	},
	{
		Name: "ack before commit",
		Edits: []Edit{
			underLock,
			{"room/postgres/commit.go", "	conn := pooled.Conn()\n", "	conn := pooled.Conn()\n	ctx = context.WithValue(ctx, movedCode, pooled)\n"},
			{"room/postgres/commit.go", "	b.Queue(`commit`)\n	if err := conn.SendBatch(ctx, &b).Close(); err != nil {\n",
				`	b.Queue("commit")
	own := ctx.Value(movedCode).(interface{ Hijack() *pgx.Conn }).Hijack()
	go func() {
		_ = own.SendBatch(context.Background(), &b).Close()
		_ = own.Close(context.Background())
	}()
	if err := error(nil); err != nil {
`},
		},
		Scenario: "postgres-slow", Finds: []string{"I5"}, Tries: 1,
		Chance: "certain: PostgreSQL is 20 ms or more away, and it is asked for the op within a millisecond of some hundred acks",
	},
	{
		Name:     "no dedup",
		Edits:    []Edit{{"room/decide.go", "	case req.Seq <= c.Seq:\n", "	case req.Seq <= c.Seq && c.Seq < 0:\n"}},
		Scenario: "reply-lost", Finds: []string{"I6"}, Tries: 2,
		Chance: "63 in 64: about every other of six strikes has clients ask again about some 10 ops",
	},
	{
		// Either of the two finds what was lost, so both are gone.
		Name: "no look after a lost subscription",
		Edits: []Edit{
			{"realtime/receive.go", "	r.hub.suspects.add(r)\n", ""},
			{"realtime/watch.go", "	if h.degraded.Load() || !now.Before(w.check) {\n", "	if !now.Before(w.check) {\n"},
		},
		Scenario: "pubsub-cut", Finds: []string{"I13"}, Tries: 5,
		Chance: "three in four: the check of positions comes every ten seconds and must not come in the two to three after the cut",
	},
	{
		// Without the last edit the log's primary key stands in for the lock.
		Name: "no row lock",
		Edits: []Edit{
			underLock,
			{"room/postgres/lock.go", "from heads where room_id = $1 for no key update`, string(id))", "from heads where room_id = $1`, string(id))"},
			{"room/postgres/write.go", "t.at, t.body from ` + from, args\n", "t.at, t.body from ` + from + ` on conflict do nothing`, args\n"},
		},
		Scenario: "nothing", Finds: []string{"I5", "I1", "I2"}, Tries: 1,
		Chance: "certain: two servers commit to one room some hundred times a second",
	},
	{
		// The other way from commits: a turn that is not proven.
		Name: "no claim",
		Edits: []Edit{
			{"room/postgres/memory.go", "	waryBatches = 16\n", "	waryBatches = 0\n"},
			{"room/postgres/claim.go", "and h.turn = w.turn\n			and h.shared = w.had_shared and h.seller = w.had_seller and h.buyer = w.had_buyer\n", "\n"},
			{"room/postgres/write.go", "t.at, t.body from ` + from, args\n", "t.at, t.body from ` + from + ` on conflict do nothing`, args\n"},
		},
		Scenario: "nothing", Finds: []string{"I5", "I1", "I2"}, Tries: 1,
		Chance: "certain: two servers commit to one room some hundred times a second",
	},
	{
		Name:     "stale grant",
		Edits:    []Edit{{"room/postgres/source.go", `"l.id = s.link_id and " + liveLink`, `"l.id = s.link_id"`}},
		Scenario: "revoke", Finds: []string{"P36"}, Tries: 1,
		Chance: "certain: those whose link is revoked send 120 ops a second",
	},
	{
		Name:     "ends by the wrong clock",
		Edits:    []Edit{{"realtime/admit.go", "	left, ends := grant.Left()\n", "	left, ends := time.Until(grant.Expires), !grant.Expires.IsZero()\n"}},
		Scenario: "server-clock", Finds: []string{"P38"}, Tries: 1,
		Chance: "certain: of two servers one is an hour or more ahead, the other one behind, and both have people by links that end",
	},
	{
		Name:     "private focus for everybody",
		Edits:    []Edit{{"realtime/visitor.go", "	if at == (focus{}) || v.home == 0 {\n", "	if at == (focus{}) || v.home >= 0 {\n"}},
		Scenario: "nothing", Finds: []string{"I11"}, Tries: 1,
		Chance: "certain: half of the presence frames are about something private",
	},
	{
		Name:     "slow look while the broker is down",
		Edits:    []Edit{{"realtime/options.go", "positionEveryDown = 400 * time.Millisecond", "positionEveryDown = 6 * time.Second"}},
		Scenario: "redis-killed", Finds: []string{"I13"}, Tries: 3,
		Chance: "nine in ten: one look in six seconds, and of two outages neither may have one late",
	},
}

// Plant writes the mutant's files into dir and returns for each file of the
// product the one that stands for it. Root is the module's. An Old that does not
// stand exactly once in its file is an error: the product has moved on and the
// mutant must follow.
func (m Mutant) Plant(root, dir string) (replaced map[string]string, err error) {
	changed := map[string]string{}
	for _, e := range m.Edits {
		source := filepath.Join(root, e.File)
		text, ok := changed[source]
		if !ok {
			b, err := os.ReadFile(source)
			if err != nil {
				return nil, fmt.Errorf("mutant %q: %w", m.Name, err)
			}
			text = string(b)
		}
		if n := strings.Count(text, e.Old); n != 1 {
			return nil, fmt.Errorf("mutant %q: %s holds its old snippet %d times, not once; bring the mutant up to date:\n%s", m.Name, e.File, n, e.Old)
		}
		changed[source] = strings.Replace(text, e.Old, e.New, 1)
	}
	replaced = map[string]string{}
	for source, text := range changed {
		copied := filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(source, root), string(filepath.Separator), "_"))
		if err := os.WriteFile(copied, []byte(text), 0o644); err != nil {
			return nil, fmt.Errorf("mutant %q: %w", m.Name, err)
		}
		replaced[source] = copied
	}
	return replaced, nil
}

// Build builds the server with the mutant in it into dir.
func (m Mutant) Build(ctx context.Context, root, dir string) (string, error) {
	replaced, err := m.Plant(root, dir)
	if err != nil {
		return "", err
	}
	bin, err := Build(ctx, dir, replaced)
	if err != nil {
		return "", fmt.Errorf("mutant %q: %w", m.Name, err)
	}
	return bin, nil
}

// ScenarioNamed returns the scenario with a name.
func ScenarioNamed(name string) (Scenario, bool) {
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}
