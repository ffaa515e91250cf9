//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The messages of Hocuspocus 4 (MessageType.ts) and of y-protocols/sync.
const (
	hocusSync, hocusAuth, hocusQuery, hocusSyncReply, hocusStatus = 0, 2, 3, 4, 8
	syncStep1, syncStep2, syncUpdate                              = 0, 1, 2
)

// The placeholders of updates.js.
var (
	placeClient = []byte{0xf0, 0xff, 0xff, 0xff, 0x0f}
	placeKey    = []byte("k0000000")
	placeBody   = bytes.Repeat([]byte("x"), bodySize)
)

// yjsScript is the updates of one editor, in order, with placeholders.
type yjsScript [][]byte

func parseYjs(lines string) (yjsScript, error) {
	var script yjsScript
	for line := range strings.FieldsSeq(lines) {
		update, err := hex.DecodeString(line)
		if err != nil {
			return nil, fmt.Errorf("decoding a Yjs update: %w", err)
		}
		if !bytes.Contains(update, placeClient) || bytes.Count(update, placeBody) != 1 {
			return nil, fmt.Errorf("a Yjs update without its placeholders: %s", line)
		}
		script = append(script, update)
	}
	return script, nil
}

// hocuspocusTalk is a client of Hocuspocus that edits by playing the script
// under an id and a key of its own.
type hocuspocusTalk struct {
	script yjsScript
	client []byte           // its Yjs client id, as many bytes as its placeholder
	stored map[string]int64 // client ids it used before and now → edits acknowledged
	at     int
	synced bool
}

// reborn gives it a Yjs client id whose edits start over.
func (h *hocuspocusTalk) reborn() {
	id := 1<<28 + rand.Uint64N(1<<32-1<<28) // five bytes as a varint
	h.client, h.at = binary.AppendUvarint(nil, id), 0
}

func (h *hocuspocusTalk) open(t *tab) {
	t.sendBinary(appendVarString(h.head(t, hocusAuth), 0, "token"))
	t.sendBinary(append(h.head(t, hocusSync), syncStep1, 1, 0)) // it knows nothing
}

func (h *hocuspocusTalk) ready() bool { return h.synced }

func (h *hocuspocusTalk) beat(t *tab) { t.sendBinary(h.head(t, hocusQuery)) }

// head is the start of a message: the document's name and the kind.
func (h *hocuspocusTalk) head(t *tab, kind byte) []byte {
	return append(append([]byte{byte(len(t.hall.name))}, t.hall.name...), kind)
}

func appendVarString(dst []byte, kind byte, s string) []byte {
	return append(append(dst, kind, byte(len(s))), s...)
}

func (h *hocuspocusTalk) edit(t *tab, body []byte) {
	if h.client == nil || h.at == len(h.script) {
		h.reborn()
	}
	update := bytes.ReplaceAll(h.script[h.at], placeClient, h.client)
	update = bytes.Replace(update, placeKey, fmt.Appendf(nil, "k%x", h.client[:4])[:len(placeKey)], 1)
	copy(update[bytes.Index(update, placeBody):], body)
	h.at++
	message := binary.AppendUvarint(append(h.head(t, hocusSync), syncUpdate), uint64(len(update)))
	t.sendBinary(append(message, update...))
}

func (h *hocuspocusTalk) take(t *tab, payload []byte, at time.Time) error {
	kind := 1 + len(t.hall.name)
	if len(payload) < kind+1 {
		return fmt.Errorf("a message of %d bytes", len(payload))
	}
	switch rest := payload[kind+1:]; payload[kind] {
	case hocusSync, hocusSyncReply:
		if len(rest) > 0 && rest[0] == syncStep2 {
			h.synced = true
		} else if len(rest) > 0 && rest[0] == syncUpdate {
			t.arrived(rest, at)
		}
		return nil
	case hocusStatus:
		if len(rest) == 0 || rest[0] != 1 {
			return errors.New("an update was refused")
		}
		if t.asked == t.answered {
			return nil // of the sync step, which is no edit
		}
		h.noteStored()
		return t.acked(at)
	case hocusAuth:
		if len(rest) > 0 && rest[0] == 1 {
			return fmt.Errorf("nobody was let in: %q", rest)
		}
		return nil
	default: // awareness
		return nil
	}
}

// noteStored counts an acknowledged edit under its Yjs client id; ids change
// only with nothing in flight but the change itself.
func (h *hocuspocusTalk) noteStored() {
	id, _ := binary.Uvarint(h.client)
	if h.stored == nil {
		h.stored = map[string]int64{}
	}
	h.stored[fmt.Sprint(id)]++
}
