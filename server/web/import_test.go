package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"

	"parley/room"
)

// send uploads a table.
func (a *app) send(path, who, file, options string) answer {
	a.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "plan.csv")
	if err != nil {
		a.t.Fatal(err)
	}
	_, _ = part.Write([]byte(file))
	_ = form.WriteField("options", options)
	_ = form.Close()
	header := as(who)
	header["Content-Type"] = form.FormDataContentType()
	return a.post("/api/v1/rooms/"+string(roomA)+path, header, body.String())
}

// A table is shown before it is imported, and imported as one op of its sender.
func TestATableIsImported(t *testing.T) {
	a := newApp(t)
	const table = "Task,Due date\nReview,2026-10-22\nSign,tomorrow\n"
	seen := a.send("/import/preview", "marc-editor", table, `{}`)
	if seen.Code != http.StatusNotFound { // nobody of that name
		t.Errorf("a stranger got %d", seen.Code)
	}
	got := a.send("/import/preview", "marc", table, `{}`).ok(http.StatusOK)
	faults := got["faults"].([]any)
	if fmt.Sprint(got["columns"], got["rows"]) != "map[due:1 title:0]2" || len(faults) != 1 || fmt.Sprint(faults[0].(map[string]any)["row"]) != "3" {
		t.Errorf("preview = %v", got)
	}
	a.send("/import", "marc", table, `{"client":"`+string(clientID)+`"}`).refused(422, "invalid", "file")
	a.send("/import", "marc", table, `{"skip":[3]}`).refused(422, "invalid", "client")
	a.send("/import", "watcher", table, `{}`).refused(403, "forbidden", "")
	a.send("/import", "stranger", table, `{}`).refused(404, "gone", "")
	a.send("/import", "marc", table, `{"columns":{"price":1}}`).refused(422, "invalid", "columns")
	if len(a.fake.requests) != 0 {
		t.Fatalf("%d requests came of refused tables", len(a.fake.requests))
	}

	a.send("/import", "marc", table, `{"client":"`+string(clientID)+`","skip":[3]}`).ok(http.StatusOK)
	req := a.fake.requests[0]
	if req.Seq != 1 || req.Client != clientID || req.Internal || req.Session == "" || len(req.Ops) != 1 || req.Ops[0].Kind != room.KindPlanImport || len(req.Ops[0].Rows) != 1 {
		t.Errorf("request = %+v", req)
	}
	a.post("/api/v1/rooms/"+string(roomA)+"/import", as("marc"), `{}`).refused(415, "media_type", "")
}
