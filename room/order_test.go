package room

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestKeyBetween(t *testing.T) {
	for _, c := range [][3]string{
		{"", "", "a0"}, {"a0", "", "a1"}, {"", "a0", "Zz"}, {"a0", "a1", "a0V"}, {"a1", "a2", "a1V"},
		{"az", "", "b00"}, {"", "b00", "az"}, {"Zz", "", "a0"}, {"", "a0V", "a0"}, {"a0V", "a1", "a0l"},
		{"Zz", "a0", "ZzV"}, {"a0", "a0V", "a0G"}, {"b125", "b129", "b127"}, {"a0", "a1V", "a1"},
		{"zzzzzzzzzzzzzzzzzzzzzzzzzzz", "", "zzzzzzzzzzzzzzzzzzzzzzzzzzzV"},
	} {
		if got, ok := keyBetween(c[0], c[1]); !ok || got != c[2] {
			t.Errorf("keyBetween(%q, %q) = %q, %v, want %q", c[0], c[1], got, ok, c[2])
		}
	}
	for _, c := range [][2]string{{"a1", "a0"}, {"a0", "a0"}, {"x", ""}, {"a00", ""}, {"", "!"}, {"a0", "a0é"}, {lowestInt, ""}} {
		if got, ok := keyBetween(c[0], c[1]); ok {
			t.Errorf("keyBetween(%q, %q) = %q", c[0], c[1], got)
		}
	}
}

// Appending and prepending for ever keeps keys short.
func TestKeysOfAppendsAreShort(t *testing.T) {
	lo, hi := "", ""
	for range 10_000 {
		lo, _ = keyBetween(lo, "")
		hi, _ = keyBetween("", hi)
	}
	if len(lo) > 4 || len(hi) > 4 {
		t.Errorf("after 10,000: %q and %q", lo, hi)
	}
}

// I10: a key between two keys is a key, and between them.
func TestKeysStayInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := []string{"a0"}
		for range rapid.IntRange(1, 150).Draw(t, "inserts") {
			at := rapid.IntRange(0, len(keys)).Draw(t, "at")
			lo, hi := "", ""
			if at > 0 {
				lo = keys[at-1]
			}
			if at < len(keys) {
				hi = keys[at]
			}
			key, ok := keyBetween(lo, hi)
			if !ok || !validKey(key) {
				t.Fatalf("no key between %q and %q: %q", lo, hi, key)
			}
			keys = slices.Insert(keys, at, key)
		}
		if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
			t.Fatalf("keys = %q", keys)
		}
	})
}

func TestEvenKeys(t *testing.T) {
	for _, ends := range [][2]string{{"", ""}, {"a0", ""}, {"", "a0"}, {"a0", "a1"}, {"a0", "a0V"}} {
		for _, n := range []int{0, 1, 2, 7, 500} {
			keys, ok := evenKeys(ends[0], ends[1], n)
			if !ok || len(keys) != n || !slices.IsSorted(keys) {
				t.Fatalf("%d keys in %q: %v %q", n, ends, ok, keys)
			}
			for _, k := range keys {
				if !validKey(k) || len(k) > 8 || k <= ends[0] || ends[1] != "" && k >= ends[1] {
					t.Errorf("%d keys in %q: %q", n, ends, k)
				}
			}
		}
	}
}

// The same gap again and again: the list is rewritten before a key is too long.
func TestALongListIsRewritten(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	add := func(n int) answer {
		return w.as(sam, Shared, Op{Kind: "task.add", ID: uid(n), Set: Fields{"milestone": string(m), "title": "x"}, Place: Place{Set: true, After: uid(0x1000)}})
	}
	w.as(sam, Shared, Op{Kind: "task.add", ID: uid(0x1000), Set: Fields{"milestone": string(m), "title": "x"}}).ok(t)
	rewritten := 0

	for n := range 600 {
		changes := add(0x1001 + n).ok(t).changes(Shared)
		if len(changes) > 1 {
			rewritten++
		}
		for _, c := range changes {
			if pos := c.Set["pos"].(string); len(pos) > maxSharedKey {
				t.Fatalf("key %q has %d bytes", pos, len(pos))
			}
		}
	}

	if rewritten == 0 || rewritten > 10 {
		t.Errorf("rewritten %d times", rewritten)
	}
	got := w.order(Shared, Task, m)
	if got[0] != uid(0x1000) || got[1] != uid(0x1001+599) || got[600] != uid(0x1001) {
		t.Error("the order was lost")
	}
	w.checkLog()
}
