package postgres_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// What docs/operations.md has people run after a restore does what it says: the
// epoch is another one, and a log with a hole is found. // I1
func TestTheRestoreRunbookWorks(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 2 || !strings.Contains(blocks[0][1], "epoch") || !strings.Contains(blocks[1][1], "activity") {
		t.Fatalf("the runbook has %d statements, want the epoch's and the check", len(blocks))
	}
	w := newWorld(t)
	faults := func() int {
		t.Helper()
		rows, err := w.pool.Query(context.Background(), blocks[1][1])
		if err != nil {
			t.Fatal(err)
		}
		found, err := pgx.CollectRows(rows, func(pgx.CollectableRow) (bool, error) { return true, nil })
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	before := w.snapshots()["shared"].Epoch

	w.exec(blocks[0][1])

	if after := w.snapshots()["shared"].Epoch; after == before {
		t.Errorf("the epoch is still %s", after)
	}
	if n := faults(); n != 0 {
		t.Errorf("a sound log has %d faults", n)
	}
	w.exec(`delete from activity where stream = 'shared' and rev = 2`)
	if n := faults(); n != 1 {
		t.Errorf("a log with a hole has %d faults", n)
	}
}
