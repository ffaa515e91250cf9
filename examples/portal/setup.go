package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// workspace is the API of the company whose rooms are shown, for an example that
// is tried out. A real portal is told what it needs once, by whoever runs the rooms.
type workspace struct{ server, key string }

// setUp makes the portal known, gives it a key, and takes the workspace's first
// room where none was named.
func (w workspace) setUp(p *portal, origin string) error {
	id, err := w.portalAt(origin)
	if err != nil {
		return err
	}
	var key struct {
		ID         string
		PrivateKey string `json:"private_key"`
	}
	if err := w.call("POST", "/api/v1/portals/"+url.PathEscape(id)+"/keys", map[string]any{"kind": "EdDSA"}, &key); err != nil {
		return err
	}
	p.id, p.keyID = id, key.ID
	if p.key, err = readKey([]byte(key.PrivateKey)); err != nil || p.room != "" {
		return err
	}
	var list struct{ Rooms []struct{ ID string } }
	if err := w.call("GET", "/api/v1/rooms", nil, &list); err != nil {
		return err
	}
	if len(list.Rooms) == 0 {
		return errors.New("the workspace has no room to show: make one, or name one in PARLEY_ROOM")
	}
	p.room = list.Rooms[0].ID
	return nil
}

// portalAt returns the portal of an origin, made where there is none.
func (w workspace) portalAt(origin string) (string, error) {
	type known struct {
		ID      string   `json:"id"`
		Origins []string `json:"origins"`
	}
	var list struct{ Portals []known }
	if err := w.call("GET", "/api/v1/portals", nil, &list); err != nil {
		return "", err
	}
	for _, k := range list.Portals {
		if slices.Contains(k.Origins, origin) {
			return k.ID, nil
		}
	}
	var made known
	err := w.call("POST", "/api/v1/portals", map[string]any{"name": "The example", "origins": []string{origin}}, &made)
	return made.ID, err
}

func (w workspace) call(method, path string, body, answer any) error {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequest(method, w.server+path, &text)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+w.key)
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 10 * time.Second}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s is answered %s: %s", method, path, res.Status, data)
	}
	return json.Unmarshal(data, answer)
}
