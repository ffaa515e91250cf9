package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
)

// author is a person who edits a room over HTTP.
type author struct {
	w      *world
	token  string
	side   string
	client string
	seqs   map[string]int64
	rng    *rand.Rand
	own    string // private milestone, once there is one
	other  string // participant of the other side
}

func newAuthor(w *world, token, side string, rng *rand.Rand) *author {
	return &author{w: w, token: token, side: side, client: uuid.NewString(), seqs: map[string]int64{}, rng: rng}
}

// do sends an op and returns its rev; it must be accepted.
func (e *author) do(stream string, op map[string]any) int64 {
	e.w.t.Helper()
	status, data := e.try(stream, op)
	if status != 200 {
		e.w.t.Fatalf("%v on %s: %d %s", op, stream, status, data)
	}
	var accepted struct{ Rev int64 }
	if err := json.Unmarshal(data, &accepted); err != nil {
		e.w.t.Fatal(err)
	}
	return accepted.Rev
}

func (e *author) try(stream string, op map[string]any) (int, []byte) {
	e.w.t.Helper()
	e.seqs[stream]++
	body, err := json.Marshal(map[string]any{"client": e.client, "stream": stream, "seq": e.seqs[stream], "op": op})
	if err != nil {
		e.w.t.Fatal(err)
	}
	return e.w.call("POST", "/api/v1/rooms/"+e.w.room+"/ops", e.token, string(body))
}

// beginPrivately makes what the other private edits are about.
func (e *author) beginPrivately(phase, secret string) {
	e.own = uuid.NewString()
	e.do(e.side, map[string]any{"kind": "milestone.add", "id": e.own, "set": map[string]any{"phase": phase, "title": secret, "description": secret, "due": "2027-01-11"}})
}

// privately makes an edit that the other side must not learn of, with secret in
// every text that it has.
func (e *author) privately(secret string) {
	e.w.t.Helper()
	id, on := uuid.NewString(), map[string]any{"entity": "milestone", "id": e.w.milestone}
	edits := []func(){
		func() {
			e.do(e.side, map[string]any{"kind": "milestone.update", "id": e.own, "set": map[string]any{"title": secret, "description": secret, "blocked_reason": secret, "status": "blocked"}})
		},
		func() {
			e.do(e.side, map[string]any{"kind": "task.add", "id": id, "set": map[string]any{"milestone": e.own, "title": secret}})
			e.do(e.side, map[string]any{"kind": "task.remove", "id": id})
		},
		func() {
			e.do(e.side, map[string]any{"kind": "criterion.add", "id": id, "set": map[string]any{"milestone": e.own, "text": secret, "measure": secret, "target": secret}})
			if status, data := e.try(e.side, map[string]any{"kind": "milestone.complete", "id": e.own}); status != 409 {
				e.w.t.Errorf("completing with an open criterion: %d %s", status, data)
			}
			e.do(e.side, map[string]any{"kind": "milestone.complete", "id": e.own, "override": secret})
			e.do(e.side, map[string]any{"kind": "milestone.reopen", "id": e.own})
			e.do(e.side, map[string]any{"kind": "criterion.remove", "id": id})
		},
		func() {
			e.do(e.side, map[string]any{"kind": "comment.add", "id": id, "set": map[string]any{"on": on, "body": secret}})
			e.do(e.side, map[string]any{"kind": "comment.update", "id": id, "set": map[string]any{"body": "again " + secret}})
		},
		func() {
			rev := e.do(e.side, map[string]any{"kind": "milestone.update", "id": e.own, "set": map[string]any{"title": secret}})
			e.do(e.side, map[string]any{"kind": "op.undo", "rev": rev})
		},
		func() {
			if status, data := e.try(e.side, map[string]any{"kind": "milestone.update", "id": e.own, "set": map[string]any{"title": secret, "due": secret}}); status != 422 {
				e.w.t.Errorf("a wrong date: %d %s", status, data)
			}
		},
		func() {
			e.do(e.side, map[string]any{"kind": "milestone.remove", "id": e.own})
			e.do(e.side, map[string]any{"kind": "milestone.restore", "id": e.own})
		},
	}
	if e.side == "seller" {
		edits = append(edits, func() {
			e.do("seller", map[string]any{"kind": "room.update", "set": map[string]any{"crm_ref": secret, "amount": "1234567.89", "currency": "EUR", "close_date": "2027-02-02"}})
		}, func() {
			e.do("seller", map[string]any{"kind": "participant.update", "id": e.other, "set": map[string]any{"email": secret + "@acme.example", "buying_role": secret}})
		})
	}
	edits[e.rng.IntN(len(edits))]()
}

// openly makes an edit that everybody sees.
func (e *author) openly(n int) {
	e.w.t.Helper()
	on := map[string]any{"entity": "milestone", "id": e.w.milestone}
	switch n % 4 {
	case 0:
		e.do("shared", title(e.w.milestone, fmt.Sprintf("Kick-off %d", n)))
	case 1:
		e.do("shared", map[string]any{"kind": "milestone.update", "id": e.w.milestone, "set": map[string]any{"due": fmt.Sprintf("2027-01-%02d", 1+n%28)}})
	case 2:
		e.do("shared", map[string]any{"kind": "comment.add", "id": uuid.NewString(), "set": map[string]any{"on": on, "body": fmt.Sprintf("Note %d", n)}})
	case 3:
		e.do("shared", map[string]any{"kind": "task.add", "id": uuid.NewString(), "set": map[string]any{"milestone": e.w.milestone, "title": fmt.Sprintf("Task %d", n)}})
	}
}

// I11: every private field of both sides holds a marker while people edit; no
// byte that anybody else can get holds it, in any encoding.
func TestCanariesOfOneSideReachNobodyElse(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 11))
	w := newWorld(t)
	seller := newAuthor(w, w.seller, "seller", rng)
	buyer := newAuthor(w, w.buyer, "buyer", rng)
	sellers, buyers := marker(rng), marker(rng)
	visitors := newVisitors(w, "label "+sellers)

	socketOf := map[string]*member{}
	for name, token := range map[string]string{"seller": w.seller, "buyer": w.buyer} {
		socketOf[name], _ = connect(t, w.process, w.room, token, "", nil)
	}
	phase, dana := w.phaseAndDana()
	seller.other = dana
	seller.beginPrivately(phase, sellers)
	buyer.beginPrivately(phase, buyers)
	// What is no text: the deal's amount, and a day that nothing else is on.
	const amount, day, dayOfFeeds = "739184620517.43", "2093-04-17", "VALUE=DATE:20930417"
	for n := range 60 {
		text := fmt.Sprintf("%d", n)
		for _, private := range []struct {
			who    *author
			secret string
		}{{seller, sellers + text}, {buyer, buyers + text}} {
			private.who.privately(private.secret)
			socketOf[private.who.side].send(map[string]any{"t": "presence", "editing": true, "draft": private.secret, "view": "plan",
				"focus": map[string]any{"entity": "milestone", "id": private.who.own, "field": "title", "stream": private.who.side}})
		}
		seller.openly(n)
		buyer.openly(n + 1)
		if n == 30 {
			seller.do("seller", map[string]any{"kind": "room.update", "set": map[string]any{"amount": amount, "close_date": day}})
			visitors.look()
		}
	}
	// What becomes shared begins a new life: its texts of before stay where they were.
	for _, e := range []*author{seller, buyer} {
		e.do(e.side, map[string]any{"kind": "milestone.update", "id": e.own, "set": map[string]any{"title": "Now for all", "description": nil, "blocked_reason": nil}})
		e.do(e.side, map[string]any{"kind": "milestone.publish", "id": e.own})
	}
	visitors.look()

	seen := visitors.seen()
	if code := w.terminate(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	seen["the log"] = w.process.log.Bytes()
	for _, m := range w.mails() {
		seen["mail to "+m.Message.To] = append(seen["mail to "+m.Message.To], m.Message.Subject+m.Message.Text+m.Message.HTML...)
	}
	for who, data := range seen {
		if sideOf[who] != "seller" {
			for _, secret := range []string{sellers, amount, day, dayOfFeeds} {
				expectNoMarker(t, who, secret, data)
			}
		}
		if sideOf[who] != "buyer" {
			expectNoMarker(t, who, buyers, data)
		}
	}
	for who, secrets := range map[string][]string{"seller": {sellers, amount, day}, "buyer": {buyers}} { // else nothing was looked at
		for _, secret := range secrets {
			if !bytes.Contains(seen[who], []byte(secret)) {
				t.Errorf("the %s does not see the own side's %s", who, secret)
			}
		}
	}
}

// phaseAndDana returns the plan's first phase, and who comes in by the buyer's link.
func (w *world) phaseAndDana() (phase, dana string) {
	w.t.Helper()
	var state struct {
		Snapshot struct {
			Entities struct{ Phase, Participant []struct{ ID, Name string } }
		}
	}
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", adminKey, "", &state)
	for _, p := range state.Snapshot.Entities.Participant {
		if p.Name == "Dana Kim" {
			dana = p.ID
		}
	}
	return state.Snapshot.Entities.Phase[0].ID, dana
}
