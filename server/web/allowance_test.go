package web

import (
	"fmt"
	"testing"
	"time"

	"parley/room"
)

func TestOpsOverHTTPHaveTheSocketsAllowance(t *testing.T) {
	a, now := opAllowances(5), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

	for i := range 20 {
		if err := a.take("dana", now); err != nil {
			t.Fatalf("op %d of a burst of 20 is refused: %v", i+1, err)
		}
	}
	if err := a.take("dana", now); room.CodeOf(err) != room.Busy {
		t.Errorf("op 21 at once: %v, want busy", err)
	}
	if err := a.take("omar", now); err != nil {
		t.Errorf("somebody else pays for it: %v", err)
	}
	if err := a.take("", now); err != nil {
		t.Errorf("the workspace's key is bounded: %v", err)
	}
	if err := a.take("dana", now.Add(200*time.Millisecond)); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	if err := opAllowances(0).take("dana", now); err != nil {
		t.Errorf("without a bound: %v", err)
	}
}

// I12, S15: sessions that come and go leave nothing behind, nor does who comes from
// ever new addresses at once. They keep out nobody else, and let nobody off who goes
// on trying.
func TestAllowancesAreBoundedInMemory(t *testing.T) {
	a, now := signInAllowances(5), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for range signInsBurst {
		if err := a.take("guesser", now); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 * keptAllowances {
		now = now.Add(time.Microsecond)
		if err := a.take(fmt.Sprint("address ", i), now); err != nil {
			t.Fatalf("address %d is kept out by the others: %v", i, err)
		}
		if i%keptAllowances == 0 {
			if err := a.take("guesser", now); room.CodeOf(err) != room.Busy {
				t.Fatalf("after %d others the one who goes on trying gets %v, want busy", i, err)
			}
		}
	}

	if n := len(a.recent) + len(a.earlier); n > 2*keptAllowances {
		t.Errorf("%d allowances are kept, want at most %d", n, 2*keptAllowances)
	}
}
