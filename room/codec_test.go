package room

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// I15: a commit read from the log is the commit that was written, byte for byte.
func TestCommitsSurviveTheLog(t *testing.T) {
	by := uid(1)
	for name, c := range map[string]Commit{
		"everything": {Rev: 7, Client: "c", Seq: 3, By: &by, At: testNow.Format(InstantFormat), Kind: KindGroup, Changes: []Change{
			{Entity: Milestone, ID: uid(2), Set: Fields{"title": "a \"b\"\n<c> 😀", "due": nil, "duration_days": int64(3), "pinned": false}, Was: Fields{"title": nil, "due": "2026-01-01", "duration_days": nil, "pinned": true}},
			{Entity: Comment, ID: uid(3), Set: Fields{"on": Target{Task, uid(4)}, "mentions": []string{"x", "y"}, "body": "b"}},
		}, Over: map[string]Over{"milestone/x/due": {By: nil, Rev: 2, Value: "2026-01-01"}, "milestone/x/duration_days": {By: &by, Rev: 3, Value: int64(4)}}},
		"nothing":           {Rev: 1, At: testNow.Format(InstantFormat), Kind: KindRoomUpdate, Changes: []Change{}},
		"an over of a null": {Rev: 1, At: "x", Kind: "task.update", Changes: []Change{{Entity: Task, ID: uid(1), Set: Fields{"due": "2026-01-01"}, Was: Fields{"due": nil}}}, Over: map[string]Over{"due": {Rev: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			body := EncodeCommit(c)
			if !json.Valid(body) {
				t.Fatalf("not JSON: %s", body)
			}
			got, err := DecodeCommit(body)
			if err != nil || !reflect.DeepEqual(got, c) {
				t.Errorf("read back %+v, %v\nwant %+v", got, err, c)
			}
			if again := EncodeCommit(got); string(again) != string(body) {
				t.Errorf("encoded again: %s\nwant %s", again, body)
			}
			// The struct tags say the same, up to the order of keys.
			std, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var a, b any
			if json.Unmarshal(std, &a) != nil || json.Unmarshal(body, &b) != nil || !reflect.DeepEqual(a, b) {
				t.Errorf("encoding/json writes %s\nwe write %s", std, body)
			}
		})
	}
}

func TestDecodeCommitRefuses(t *testing.T) {
	for _, body := range []string{
		``, `[]`, `{}`, `{"rev":1,"at":"x","kind":"k"}`, `{"rev":"1","at":"x","kind":"k","changes":[]}`,
		`{"rev":1,"at":"x","kind":"k","changes":[1]}`, `{"rev":1,"at":"x","kind":"k","changes":[{"entity":"ghost","id":"a","set":{}}]}`,
		`{"rev":1,"at":"x","kind":"k","changes":[{"entity":"task","id":"a","set":{"colour":1}}]}`,
		`{"rev":1,"at":"x","kind":"k","changes":[{"entity":"task","id":"a","set":{"title":1}}]}`,
		`{"rev":1,"at":"x","kind":"k","changes":[],"over":{"due":{"rev":1}}}`,
	} {
		if c, err := DecodeCommit([]byte(body)); CodeOf(err) != Invalid {
			t.Errorf("%s = %+v, %v", body, c, err)
		}
	}
}

func TestNormalizeFields(t *testing.T) {
	at := time.Date(2026, 5, 4, 11, 30, 0, 5000, time.FixedZone("", 7200))
	got, err := NormalizeFields(Milestone, map[string]any{
		"id": "x", "title": "T", "due": time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), "duration_days": int32(4), "offset_days": json.Number("-5"),
		"pinned": false, "start": nil, "completed_at": at,
	})
	want := Fields{"title": "T", "due": "2026-05-04", "duration_days": int64(4), "offset_days": int64(-5), "pinned": false, "completed_at": "2026-05-04T09:30:00.000005Z"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("fields = %v, %v, want %v", got, err, want)
	}
	got, err = NormalizeFields(Comment, map[string]any{
		"on": map[string]any{"entity": "task", "id": "y"}, "mentions": []any{"a"}, "at": "2026-05-04T11:30:00.5+02:00", "edited_at": "2026-05-04T09:30:00.000001Z",
	})
	want = Fields{"on": Target{Task, "y"}, "mentions": []string{"a"}, "at": "2026-05-04T09:30:00.500000Z", "edited_at": "2026-05-04T09:30:00.000001Z"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("fields = %v, %v, want %v", got, err, want)
	}
	for _, c := range []struct {
		e     Entity
		raw   map[string]any
		field string
	}{
		{"ghost", nil, "entity"}, {Task, map[string]any{"colour": "x"}, "colour"}, {Task, map[string]any{"title": 1}, "title"},
		{Milestone, map[string]any{"duration_days": 1.5}, "duration_days"}, {Comment, map[string]any{"on": "x"}, "on"},
		{Comment, map[string]any{"mentions": []any{1}}, "mentions"}, {Comment, map[string]any{"at": "today"}, "at"},
		{RoomEntity, map[string]any{"amount": "x"}, "amount"},
	} {
		_, err := NormalizeFields(c.e, c.raw)
		if refusal, ok := err.(*Error); !ok || refusal.Field != c.field {
			t.Errorf("%s %v: %v", c.e, c.raw, err)
		}
	}
}

func TestMoneyHasOneForm(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-0": "0.00", "-0.5": "-0.50", "007": "7.00", "125000": "125000.00", "1.5": "1.50", "999999999999999.99": "999999999999999.99",
	} {
		if got, ok := canonicalMoney(in); !ok || got != want {
			t.Errorf("%s = %v, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "-", ".5", "1.", "1.234", "1e3", "1,5", " 1", "+1", "1000000000000000", "--1", "1.-5"} {
		if got, ok := canonicalMoney(in); ok {
			t.Errorf("%q = %v", in, got)
		}
	}
}

// A snapshot loaded again is the same snapshot.
func TestSnapshotsLoad(t *testing.T) {
	w := newWorld(t)
	w.json(sam, Shared, `{"kind":"template.apply","template":"software-purchase","go_live":"2026-09-01"}`).ok(t)
	w.json(sam, Seller, `{"kind":"room.update","set":{"amount":"5"}}`).ok(t)
	again := NewPlan(testRoom, "e")
	for _, s := range Streams {
		body := w.plan.Snapshot(s)
		if !json.Valid(body) {
			t.Fatalf("not JSON: %s", body)
		}
		if err := again.LoadSnapshot(s, w.plan.Revs[s], body); err != nil {
			t.Fatal(err)
		}
		if got := again.Snapshot(s); string(got) != string(body) {
			t.Errorf("%s = %s\nwant %s", s, got, body)
		}
	}
	if got := string(NewPlan(testRoom, "e").Snapshot(Shared)); got != `{"entities":{}}` {
		t.Errorf("empty = %s", got)
	}
	for _, bad := range []string{`{}`, `{"entities":{"task":1}}`, `{"entities":{"task":[1]}}`, `{"entities":{"task":[{"id":"x"}]}}`, `{"entities":{"task":[{"id":"` + idA + `","x":1}]}}`, `{`} {
		if err := again.LoadSnapshot(Shared, 1, []byte(bad)); CodeOf(err) != Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if !strings.HasPrefix(string(w.plan.Snapshot(Seller)), `{"entities":{"room":[{"id":`) {
		t.Errorf("seller = %s", w.plan.Snapshot(Seller))
	}
}
