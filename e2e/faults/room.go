package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// plainHTTP makes a connection for every request: one that a fault has cut is
// not used again.
var plainHTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// Room is a room of the world, and who may come in.
type Room struct {
	ID         string
	phases     []string
	milestones []string
	canaries   map[string]string // what is written in a side's private stream
	links      map[string]link   // by what Cast.By calls them
}

type link struct{ id, token string }

// makeRoom makes a room with a plan, through the server at base.
func makeRoom(ctx context.Context, base string, rng *rand.Rand) (*Room, error) {
	r := &Room{canaries: map[string]string{}, links: map[string]link{}}
	var made struct{ ID string }
	if err := call(ctx, "POST", base+"/api/v1/rooms", adminKey, map[string]any{
		"name": "Rollout", "buyer_company": "Acme", "seller_company": "Northwind", "template": "blank", "time_zone": "UTC",
	}, &made); err != nil {
		return nil, err
	}
	r.ID = made.ID
	doors := map[string]map[string]any{
		"seller": {"side": "seller", "access": "owner"}, "buyer": {"side": "buyer", "access": "editor"}, "watch": {"side": "none", "access": "viewer"},
	}
	for by, side := range otherLinks {
		doors[by] = map[string]any{"side": side, "access": "editor"}
	}
	for by, door := range doors {
		var l struct{ ID, Token string }
		if err := call(ctx, "POST", base+"/api/v1/rooms/"+r.ID+"/links", adminKey, door, &l); err != nil {
			return nil, err
		}
		r.links[by] = link{l.ID, l.Token}
	}
	for _, side := range []string{"seller", "buyer"} {
		r.canaries[side] = fmt.Sprintf("canary-%s-%08x", side, rng.Uint32())
	}
	var ops []any
	for i := range 2 {
		r.phases = append(r.phases, newID(rng))
		ops = append(ops, map[string]any{"kind": "phase.add", "id": r.phases[i], "set": map[string]any{"name": fmt.Sprintf("Phase %d", i+1)}})
	}
	for i := range 12 {
		r.milestones = append(r.milestones, newID(rng))
		ops = append(ops, map[string]any{"kind": "milestone.add", "id": r.milestones[i], "set": map[string]any{"phase": r.phases[0], "title": fmt.Sprintf("Milestone %d", i+1)}})
	}
	return r, call(ctx, "POST", base+"/api/v1/rooms/"+r.ID+"/ops", adminKey,
		map[string]any{"client": newID(rng), "stream": "shared", "seq": 1, "ops": ops}, nil)
}

// enter joins by a link and returns the session's token and the participant.
func (r *Room) enter(ctx context.Context, base, by, name string) (token, participant string, err error) {
	body := map[string]any{"token": r.links[by].token}
	if by != "watch" {
		body["name"] = name
	}
	var joined struct {
		Token string `json:"session_token"`
		Me    *struct{ ID string }
	}
	if err := call(ctx, "POST", base+"/api/v1/join", "", body, &joined); err != nil {
		return "", "", err
	}
	if joined.Me != nil {
		participant = joined.Me.ID
	}
	return joined.Token, participant, nil
}

// call makes a request and decodes the answer, which must be a success.
func call(ctx context.Context, method, url, token string, body, out any) error {
	status, answer, err := request(ctx, method, url, token, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, url, err)
	}
	if status/100 != 2 {
		return fmt.Errorf("%s %s answered %d: %.500s", method, url, status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func request(ctx context.Context, method, url, token string, body any) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		content = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := plainHTTP.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}
