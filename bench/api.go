//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// api calls the server's HTTP side with the workspace's key.
type api struct {
	base string // "http://127.0.0.1:1234"
	key  string
	http *http.Client
}

func newAPI(base, key string) *api {
	return &api{base: base, key: key, http: &http.Client{Timeout: 30 * time.Second}}
}

// call posts body to path and decodes the answer into out. An answer that is
// not 2xx is an error that quotes it.
func (a *api) call(ctx context.Context, path string, body, out any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding the body of %s: %w", path, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+path, bytes.NewReader(encoded))
	if err != nil {
		return fmt.Errorf("making the request %s: %w", path, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+a.key)
	resp, err := a.http.Do(req)
	if err != nil {
		return fmt.Errorf("calling %s: %w", path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answered %s: %.500s", path, resp.Status, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decoding the answer of %s: %w", path, err)
	}
	return nil
}

// createRoom makes a room with an empty plan and returns its id.
func (a *api) createRoom(ctx context.Context, name string) (string, error) {
	var room struct {
		ID string `json:"id"`
	}
	err := a.call(ctx, "/api/v1/rooms", map[string]any{
		"name": name, "buyer_company": "Acme", "seller_company": "Northwind", "template": "blank", "time_zone": "UTC",
	}, &room)
	if err == nil && room.ID == "" {
		err = fmt.Errorf("the answer to creating a room has no id")
	}
	return room.ID, err
}

// link makes a share link and returns its token.
func (a *api) link(ctx context.Context, room, side, access string) (string, error) {
	var link struct {
		Token string `json:"token"`
	}
	err := a.call(ctx, "/api/v1/rooms/"+room+"/links", map[string]any{"side": side, "access": access}, &link)
	return link.Token, err
}

// join exchanges a link's token for a session's; name is empty for a watcher.
func (a *api) join(ctx context.Context, link, name string) (string, error) {
	body := map[string]any{"token": link}
	if name != "" {
		body["name"] = name
	}
	var session struct {
		Token string `json:"session_token"`
	}
	err := a.call(ctx, "/api/v1/join", body, &session)
	return session.Token, err
}

// addMilestones fills a room's plan with one phase of n milestones and returns
// their ids.
func (a *api) addMilestones(ctx context.Context, room string, n int) ([]string, error) {
	const group = 99 // ops, below the 100 of one request
	phase := uuid.NewString()
	ops := []any{map[string]any{"kind": "phase.add", "id": phase, "set": map[string]any{"name": "Evaluation"}}}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = uuid.NewString()
		ops = append(ops, map[string]any{"kind": "milestone.add", "id": ids[i], "set": map[string]any{
			"phase": phase, "title": fmt.Sprintf("Security review with Acme IT, part %d", i+1), "due": "2031-03-14"}})
	}
	client := uuid.NewString()
	for seq := 1; len(ops) > 0; seq++ {
		part := ops[:min(group, len(ops))]
		ops = ops[len(part):]
		err := a.call(ctx, "/api/v1/rooms/"+room+"/ops",
			map[string]any{"client": client, "stream": sharedStream, "seq": seq, "ops": part}, nil)
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}
