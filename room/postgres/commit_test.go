package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley/room"
)

// Several servers write one room at once: revs stay gapless, every op takes
// effect once, and the log still gives the tables. // I1 I2 I6
func TestCommitsOfManyServersAreSerial(t *testing.T) {
	const servers, clients, ops = 4, 3, 20
	w := newWorld(t)

	var wg sync.WaitGroup
	errs := make(chan error, servers)
	for range servers {
		_, store := w.open()
		wg.Go(func() {
			var plan *room.Plan
			ids := make([]room.ClientID, clients)
			for i := range ids {
				ids[i] = newClient()
			}
			for n := int64(1); n <= ops; n++ {
				var reqs []room.Request
				for _, c := range ids {
					req := w.request(c, n, w.priya, room.Shared, rename(w.first, title(c, n)))
					reqs = append(reqs, req, req) // each op twice
				}
				next, result, err := store.Commit(context.Background(), plan, w.id, reqs)
				for room.CodeOf(err) == room.Busy { // the others hold the lock for long: sent again, as a writer does
					next, result, err = store.Commit(context.Background(), nil, w.id, reqs)
				}
				if err != nil {
					errs <- err
					return
				}
				plan = next
				for i, v := range result.Verdicts {
					if v.Err != nil || v.Rev != result.Verdicts[i-i%2].Rev {
						errs <- fmt.Errorf("verdict %d: %+v, its first %+v", i, v, result.Verdicts[i-i%2])
						return
					}
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Fatal(err)
	}

	w.checkLog()
	const before = 4 // room, two joins, phase and milestone
	if got, want := w.snapshots()[room.Shared].Rev, room.Rev(before+servers*clients*ops); got != want {
		t.Errorf("head = %d, want %d", got, want)
	}
}

// A second server's commits reach the first with its next batch. // I4
func TestCommitReturnsWhatOthersCommitted(t *testing.T) {
	w := newWorld(t)
	_, other := w.open()
	plan, _, err := w.store.Commit(context.Background(), nil, w.id, []room.Request{w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "One"))})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.Commit(context.Background(), nil, w.id, []room.Request{w.request(newClient(), 1, w.marc, room.Shared, rename(w.first, "Two"))}); err != nil {
		t.Fatal(err)
	}

	plan, result, err := w.store.Commit(context.Background(), plan, w.id, []room.Request{w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Three"))})

	if err != nil {
		t.Fatal(err)
	}
	if len(result.Commits) != 2 || result.Commits[0].Commit.Rev+1 != result.Commits[1].Commit.Rev {
		t.Fatalf("commits = %+v, want the other server's and this one's", result.Commits)
	}
	if got := result.Commits[0].Commit.Changes[0].Set["title"]; got != "Two" {
		t.Errorf("the missed commit sets %v, want Two", got)
	}
	if got := string(plan.Snapshot(room.Shared)); got != string(w.snapshots()[room.Shared].Body) {
		t.Errorf("the plan in memory differs from the tables:\n%s", got)
	}
}

// Asking again gets the same verdict, accepted or refused, from any server. // I6 I7
func TestRetryGetsTheSameVerdict(t *testing.T) {
	w := newWorld(t)
	c := newClient()
	reqs := []room.Request{
		w.request(c, 1, w.priya, room.Shared, rename(w.first, "One")),
		w.request(c, 2, w.priya, room.Shared, rename(newID(), "Nobody knows this one")),
		w.request(c, 3, w.priya, room.Shared, rename(w.first, "Three")),
		w.request(c, 4, w.priya, room.Shared, rename(newID(), "Nor this")),
	}
	first := w.commit(reqs...)
	head := w.snapshots()[room.Shared].Rev
	if first.Verdicts[1].Err == nil || first.Verdicts[1].Err.Code != room.Gone {
		t.Fatalf("verdict 2 = %+v, want gone", first.Verdicts[1])
	}

	for range 3 {
		_, store := w.open()
		_, again, err := store.Commit(context.Background(), nil, w.id, reqs)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range again.Verdicts {
			if want := first.Verdicts[i]; v.Rev != want.Rev || (v.Err == nil) != (want.Err == nil) || v.Err != nil && v.Err.Error() != want.Err.Error() {
				t.Errorf("verdict %d = %+v, want %+v", i+1, v, want)
			}
		}
	}
	if got := w.snapshots()[room.Shared].Rev; got != head {
		t.Errorf("head = %d after the retries, want %d", got, head)
	}
	w.checkLog()
}

// A seq out of order is not processed, and an unknown client starts at 1. // I6
func TestSeqsAreContiguous(t *testing.T) {
	w := newWorld(t)
	c := newClient()
	w.must(w.request(c, 1, w.priya, room.Shared, rename(w.first, "One")))

	gap := w.commit(w.request(c, 3, w.priya, room.Shared, rename(w.first, "Three"))).Verdicts[0]
	stranger := w.commit(w.request(newClient(), 5, w.priya, room.Shared, rename(w.first, "Five"))).Verdicts[0]
	thief := w.commit(w.request(c, 2, w.marc, room.Shared, rename(w.first, "Two"))).Verdicts[0]

	if gap.Err == nil || gap.Err.Code != room.SeqGap || gap.Err.Expected != 2 {
		t.Errorf("seq 3 after 1 = %+v, want seq_gap expecting 2", gap)
	}
	if stranger.Err == nil || stranger.Err.Code != room.Expired {
		t.Errorf("an unknown client's seq 5 = %+v, want expired", stranger)
	}
	if thief.Err == nil || thief.Err.Code != room.Forbidden {
		t.Errorf("another's client = %+v, want forbidden", thief)
	}
	w.must(w.request(c, 2, w.priya, room.Shared, rename(w.first, "Two")))
	w.checkLog()
}

// The bytes of a commit are the same live and from the log. // I15
func TestLogKeepsCommitsByteForByte(t *testing.T) {
	w := newWorld(t)
	text := "Zażółć <b>\"quoted\"</b> \\ / \u2028 😀 \t tab\nline"
	result := w.commit(w.request(newClient(), 1, w.priya, room.Shared,
		room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"description": text, "due": "2027-01-31", "duration_days": int64(5), "pinned": false}}))
	live := result.Commits[0]

	log, err := w.store.After(context.Background(), w.id, room.Shared, live.Commit.Rev-1, 1)

	if err != nil {
		t.Fatal(err)
	}
	if string(log[0].Body) != string(live.Body) {
		t.Errorf("the log has\n%s\nlive it was\n%s", log[0].Body, live.Body)
	}
	w.checkLog()
}

// An ended session's op is refused under the lock, whatever was checked before.
func TestRevokedLinkCommitsNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	link, token, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := w.store.LinkByToken(ctx, token); err != nil || found.ID != link.ID {
		t.Fatalf("LinkByToken = %+v, %v", found, err)
	}
	session, grant, err := w.store.CreateSession(ctx, link, room.Visitor{Participant: w.marc.ID})
	if err != nil {
		t.Fatal(err)
	}
	if grant.Member != w.marc {
		t.Fatalf("grant is for %+v, want %+v", grant.Member, w.marc)
	}
	c := newClient()
	req := w.request(c, 1, grant.Member, room.Shared, rename(w.first, "Before"))
	req.Session = grant.Session
	w.must(req)

	if _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); err != nil {
		t.Fatal(err)
	}

	req = w.request(c, 2, grant.Member, room.Shared, rename(w.first, "After"))
	req.Session = grant.Session
	if v := w.commit(req).Verdicts[0]; v.Err == nil || v.Err.Code != room.Forbidden {
		t.Errorf("verdict = %+v, want forbidden", v)
	}
	if _, err := w.store.Authenticate(ctx, session); room.CodeOf(err) != room.Gone {
		t.Errorf("Authenticate = %v, want gone", err)
	}
	if _, err := w.store.LinkByToken(ctx, token); room.CodeOf(err) != room.Gone {
		t.Errorf("LinkByToken = %v, want gone", err)
	}
	if live, err := w.store.Live(ctx, []room.SessionID{grant.Session}); err != nil || len(live) != 0 {
		t.Errorf("Live = %v, %v; want none", live, err)
	}
}

// One value that the database does not take refuses its own op and no other.
func TestUnfitValueRefusesItsOpAlone(t *testing.T) {
	w := newWorld(t)
	a, b := newClient(), newClient()
	bad := w.request(b, 1, w.priya, room.Shared, room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"description": "NUL \x00 cannot be stored"}}) // past the decoder on purpose

	result := w.commit(
		w.request(a, 1, w.priya, room.Shared, rename(w.first, "Good")),
		bad,
		w.request(a, 2, w.priya, room.Shared, rename(w.first, "Also good")))

	if v := result.Verdicts[1]; v.Err == nil || v.Err.Code != room.Invalid {
		t.Errorf("the bad op = %+v, want invalid", v)
	}
	if result.Verdicts[0].Err != nil || result.Verdicts[2].Err != nil {
		t.Errorf("the good ops = %+v", result.Verdicts)
	}
	w.checkLog()
	if body := string(w.snapshots()[room.Shared].Body); !strings.Contains(body, "Also good") {
		t.Errorf("the last good op is missing:\n%s", body)
	}
}

// A room that is not there is gone.
func TestCommitToNoRoom(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.store.Commit(context.Background(), nil, room.ID(newID()), []room.Request{w.request(newClient(), 1, workspaceKey, room.Shared, rename(w.first, "x"))})
	if room.CodeOf(err) != room.Gone {
		t.Errorf("err = %v, want gone", err)
	}
	w.must(w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "The pool still works")))
}
