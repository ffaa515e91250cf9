package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// upload sends a table with options.
func (w *world) upload(path, token, table, options string) (int, []byte) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "plan.csv")
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = part.Write([]byte(table))
	_ = form.WriteField("options", options)
	_ = form.Close()
	return w.callAs("POST", "/api/v1/rooms/"+w.room+path, token, form.FormDataContentType(), body.String())
}

// titles are those of the milestones that are not removed.
func (w *world) titles() map[string]int {
	w.t.Helper()
	var state struct {
		Snapshot struct {
			Entities struct {
				Milestone []struct {
					Title   string
					Removed bool
				}
			}
		}
	}
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", w.buyer, "", &state)
	out := map[string]int{}
	for _, m := range state.Snapshot.Entities.Milestone {
		if !m.Removed {
			out[m.Title]++
		}
	}
	return out
}

// A table of more rows than a group may hold is one commit on PostgreSQL, which
// the other company's socket gets whole; sent again it is imported once; with a
// row at fault nothing is; one undo takes it back. // I6 I7
func TestATableIsImportedAsOneCommit(t *testing.T) {
	w := newWorld(t)
	before := w.titles()
	_, bodies := w.log()
	var table strings.Builder
	table.WriteString("Phase,Task,Due date,Status,Customer owner\n")
	const rows = 240
	for i := range rows {
		fmt.Fprintf(&table, "Rollout,Imported step %d,2026-12-%02d,Done,Dana Kim\n", i+1, i%28+1)
	}
	client := uuid.NewString()
	options := fmt.Sprintf(`{"client":%q}`, client)

	if status, body := w.upload("/import", w.seller, table.String()+"Rollout,,someday,,\n", options); status != http.StatusUnprocessableEntity || !bytes.Contains(body, []byte(`"row":242`)) {
		t.Errorf("a row at fault: %d %s", status, body)
	}
	if status, _ := w.upload("/import", w.watcher(), table.String(), options); status != http.StatusForbidden {
		t.Errorf("a watcher imports: %d", status)
	}
	if after, _ := w.log(); len(after) != len(bodies) || len(w.titles()) != len(before) {
		t.Fatal("something of a refused table was imported")
	}

	dana, _ := connect(t, w.process, w.room, w.buyer, "", nil)
	dana.conn.SetReadLimit(8 << 20)
	status, body := w.upload("/import", w.seller, table.String(), options)
	var made struct{ Rev int64 }
	if err := json.Unmarshal(body, &made); status != http.StatusOK || err != nil || made.Rev != int64(len(bodies)+1) {
		t.Fatalf("importing: %d %s", status, body)
	}
	heard := dana.next("commits")
	if n := strings.Count(heard.raw, "Imported step "); n != rows {
		t.Errorf("the socket told of %d milestones, want %d", n, rows)
	}
	if status, again := w.upload("/import", w.seller, table.String(), options); status != http.StatusOK || !bytes.Equal(again, body) {
		t.Errorf("sent again: %d %s", status, again)
	}
	commits, _ := w.log()
	if len(commits) != len(bodies)+1 || commits[len(bodies)].Kind != "plan.import" {
		t.Fatalf("%d commits instead of one", len(commits)-len(bodies))
	}
	if got := w.titles(); len(got) != len(before)+rows || got["Imported step 240"] != 1 {
		t.Errorf("%d milestones, want %d", len(got), len(before)+rows)
	}

	if a := w.ask(w.buyer, fmt.Sprintf(`{"kind":"op.undo","rev":%d}`, made.Rev)); a.status != http.StatusForbidden {
		t.Errorf("somebody else takes it back: %+v", a)
	}
	if a := w.ask(w.seller, fmt.Sprintf(`{"kind":"op.undo","rev":%d}`, made.Rev)); a.status != http.StatusOK {
		t.Errorf("taking it back: %+v", a)
	}
	if got := w.titles(); len(got) != len(before) || got["Imported step 1"] != 0 {
		t.Errorf("%d milestones are left, want %d", len(got), len(before))
	}
}
