package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mostKept is how many mails a directory holds; the oldest go.
const mostKept = 200

// Kept is the mailer of a server without SMTP: mails are files of a directory
// that only its owner can read.
type Kept struct{ dir string }

// KeptMail is a mail that was not sent.
type KeptMail struct {
	ID      string
	At      time.Time // UTC
	Message Message
}

// NewKept returns a mailer that keeps mails in dir, which is made with the first.
func NewKept(dir string) *Kept { return &Kept{dir: dir} }

// Send keeps a mail.
func (k *Kept) Send(_ context.Context, m Message) error {
	m, err := m.checked()
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	kept := KeptMail{ID: fmt.Sprintf("%d-%s", now.UnixMicro(), newID()[:12]), At: now, Message: m}
	data, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keeping a mail: %w", err)
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return fmt.Errorf("keeping a mail: %w", err)
	}
	// Renamed into place: a reader sees whole mails only.
	half := filepath.Join(k.dir, "."+kept.ID)
	if err := os.WriteFile(half, data, 0o600); err != nil {
		return fmt.Errorf("keeping a mail: %w", err)
	}
	if err := os.Rename(half, filepath.Join(k.dir, kept.ID+".json")); err != nil {
		return fmt.Errorf("keeping a mail: %w", err)
	}
	return k.trim()
}

// List returns the mails, newest first.
func (k *Kept) List() ([]KeptMail, error) {
	names, err := k.names()
	if err != nil {
		return nil, err
	}
	var list []KeptMail
	for _, name := range names {
		m, ok, err := k.Get(strings.TrimSuffix(name, ".json"))
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, m)
		}
	}
	return list, nil
}

var keptID = regexp.MustCompile(`^[0-9]{16}-[a-z0-9]{12}$`)

// Get returns one mail; ok is false when there is none, or no longer.
func (k *Kept) Get(id string) (m KeptMail, ok bool, err error) {
	if !keptID.MatchString(id) {
		return m, false, nil
	}
	data, err := os.ReadFile(filepath.Join(k.dir, id+".json"))
	if os.IsNotExist(err) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("reading kept mails: %w", err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, false, fmt.Errorf("reading kept mails: %w", err)
	}
	return m, true, nil
}

// names lists the files, newest first: they begin with the time.
func (k *Kept) names() ([]string, error) {
	entries, err := os.ReadDir(k.dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("reading kept mails: %w", err)
	}
	var names []string
	for _, e := range entries {
		if keptID.MatchString(strings.TrimSuffix(e.Name(), ".json")) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

func (k *Kept) trim() error {
	names, err := k.names()
	if err != nil {
		return err
	}
	for _, name := range names[min(mostKept, len(names)):] {
		if err := os.Remove(filepath.Join(k.dir, name)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("clearing kept mails: %w", err)
		}
	}
	return nil
}
