package room

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documented is what realtime/PROTOCOL.md says of a kind of op.
type documented struct {
	must, may []string
	access    string
	alone     bool
}

// documentedKinds reads the table of kinds.
func documentedKinds(t *testing.T) map[Kind]documented {
	t.Helper()
	text, err := os.ReadFile("../realtime/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "### Kinds of ops")
	if !found {
		t.Fatal("PROTOCOL.md has no section of the kinds of ops")
	}
	section, _, _ = strings.Cut(section, "\n### ")
	out := map[Kind]documented{}
	kinds := regexp.MustCompile("`([a-z_]+\\.[a-z_]+)`(\\*?)")
	for _, row := range regexp.MustCompile(`(?m)^\| (`+"`"+`.*) \| (.*) \| (\w+).* \|$`).FindAllStringSubmatch(section, -1) {
		for _, name := range kinds.FindAllStringSubmatch(row[1], -1) {
			if _, twice := out[Kind(name[1])]; twice {
				t.Errorf("%s is there twice", name[1])
			}
			doc := documented{access: row[3], alone: name[2] != ""}
			for key := range strings.SplitSeq(row[2], ", ") {
				if optional, ok := strings.CutSuffix(key, "?"); ok {
					doc.may = append(doc.may, optional)
				} else {
					doc.must = append(doc.must, key)
				}
			}
			out[Kind(name[1])] = doc
		}
	}
	return out
}

// P9: the document and the rules know the same kinds, in the same form.
func TestEveryKindIsDocumented(t *testing.T) {
	table := documentedKinds(t)
	for kind, r := range rules {
		if _, ok := table[kind]; !ok && !r.internal && !r.unsent {
			t.Errorf("%s is not in the table", kind)
		}
	}
	values := map[string]any{
		"id": string(uid(1)), "milestone": string(uid(2)), "set": map[string]any{}, "due": "2026-06-01", "to": "2026-06-01", "push": true,
		"mode": "all", "template": "blank", "rev": json.Number("1"), "name": "Before the audit",
	}
	for _, kind := range slices.Sorted(maps.Keys(table)) {
		doc, r := table[kind], rules[kind]
		if r == nil || r.internal || r.unsent {
			t.Errorf("%s is in the table and is no op", kind)
			continue
		}
		if got, want := append(slices.Clone(doc.must), doc.may...), r.keys()[1:]; !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s has the keys %q, the table says %q", kind, want, got)
		}
		if doc.access != string(r.access) || doc.alone != r.alone {
			t.Errorf("%s needs %s, alone %v; the table says %s, %v", kind, r.access, r.alone, doc.access, doc.alone)
		}
		op := map[string]any{"kind": string(kind)}
		for _, key := range doc.must {
			op[key] = values[key]
		}
		if _, err := decodeOp(op); err != nil {
			t.Errorf("%s with what it must have: %v", kind, err)
		}
		for _, key := range doc.must {
			less := maps.Clone(op)
			delete(less, key)
			if _, err := decodeOp(less); err == nil {
				t.Errorf("%s without %s is accepted", kind, key)
			}
		}
	}
}
