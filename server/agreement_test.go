package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"
)

// asked is the answer to an op over HTTP: a rev, or why not.
type asked struct {
	status  int
	Rev     int64
	Code    string
	Detail  string
	Current any
}

// ask sends one op of a new client.
func (w *world) ask(token, op string) asked {
	w.t.Helper()
	status, body := w.call("POST", "/api/v1/rooms/"+w.room+"/ops", token,
		fmt.Sprintf(`{"client":%q,"stream":"shared","seq":1,"op":%s}`, uuid.NewString(), op))
	a := asked{status: status}
	if err := json.Unmarshal(body, &a); err != nil {
		w.t.Fatalf("%s: %v", body, err)
	}
	return a
}

func (w *world) agree(token string) int64 {
	w.t.Helper()
	_, bodies := w.log()
	a := w.ask(token, fmt.Sprintf(`{"kind":"plan.accept","rev":%d}`, len(bodies)))
	if a.status != http.StatusOK {
		w.t.Fatalf("agreeing: %+v", a)
	}
	return a.Rev
}

// Two companies agree on a plan, move its dates in every way there is, and read
// how it went: over HTTP, on PostgreSQL, with another process after a restart. // I8 I11
func TestTwoCompaniesAgreeOnDates(t *testing.T) {
	w := newWorld(t)
	move := func(due, more string) string {
		return fmt.Sprintf(`{"kind":"milestone.reschedule","id":%q,"due":%q,"push":false%s}`, w.milestone, due, more)
	}
	_, bodies := w.log()
	read := len(bodies)
	w.agree(w.seller)
	if a := w.ask(w.seller, move("2027-01-11", "")); a.status != http.StatusOK {
		t.Fatalf("a date that nobody agreed on: %+v", a)
	}
	if a := w.ask(w.buyer, fmt.Sprintf(`{"kind":"plan.accept","rev":%d}`, read)); a.status != http.StatusConflict || a.Code != "conflict" {
		t.Errorf("a yes to what has changed: %+v", a)
	}
	w.agree(w.seller)
	agreed := w.agree(w.buyer)

	if a := w.ask(w.seller, move("2027-01-18", "")); a.status != http.StatusConflict || a.Current != "2027-01-11" {
		t.Errorf("an agreed date moved without a word: %+v", a)
	}
	proposal := uuid.NewString()
	propose := fmt.Sprintf(`{"kind":"date.propose","id":%q,"milestone":%q,"to":"2027-01-18","reason":"The auditor is away"}`, proposal, w.milestone)
	if a := w.ask(w.watcher(), propose); a.status != http.StatusForbidden {
		t.Errorf("a watcher proposed: %+v", a)
	}
	if a := w.ask(w.buyer, propose); a.status != http.StatusOK {
		t.Fatalf("proposing: %+v", a)
	}
	answer := fmt.Sprintf(`{"kind":"date.accept","id":%q}`, proposal)
	if a := w.ask(w.buyer, answer); a.status != http.StatusForbidden {
		t.Errorf("the own proposal accepted: %+v", a)
	}
	if a := w.ask(w.seller, answer); a.status != http.StatusOK {
		t.Fatalf("accepting: %+v", a)
	}
	if a := w.ask(w.seller, answer); a.status != http.StatusConflict {
		t.Errorf("accepting twice: %+v", a)
	}
	if a := w.ask(w.seller, move("2027-01-25", `,"unilateral":true,"reason":"We need a week"`)); a.status != http.StatusOK {
		t.Fatalf("moving alone: %+v", a)
	}

	check := func() {
		var ledger struct {
			Rev    int64
			People []any
			Buyer  struct{ Moves, Days int }
			Seller struct{ Moves, Days int }

			Milestones []struct {
				Milestone string
				SlipDays  int `json:"slip_days"`
				Moves     []struct {
					From, To, Side, Reason string
					Agreed, Alone          bool
				}
			}
		}
		w.must("GET", "/api/v1/rooms/"+w.room+"/ledger", w.buyer, "", &ledger)
		for _, m := range ledger.Milestones {
			if m.Milestone != w.milestone {
				continue
			}
			last := m.Moves[len(m.Moves)-1]
			if m.SlipDays != 14 || len(m.Moves) != 3 || !last.Alone || last.Side != "seller" || last.Reason != "We need a week" || m.Moves[1].Alone || m.Moves[0].Agreed {
				t.Errorf("the ledger says %+v", m)
			}
			return
		}
		t.Errorf("the milestone is not in %+v, agreed at %d", ledger, agreed)
	}
	check()
	w.kill()
	w.process = start(t, w.env...)
	check()
}
