package room

import "strings"

// A list key orders a record among its siblings: compared byte by byte, with
// the id as the tie break. Its form is that of the fractional-indexing
// algorithm (CC0): an integer part, whose first letter tells its length, and a
// base-62 fraction that never ends in the zero digit. Appending and prepending
// 10,000 times gives 4 characters; only inserting in the same gap again and
// again grows a key, by one character in about six inserts.

const (
	// MaxKey bounds a list key in bytes; a list whose next key would be longer
	// is rewritten evenly in the same commit.
	MaxKey = 48
	// maxSharedKey bounds the keys of shared records. It leaves private records,
	// which sort between them, eight bytes of room in every gap.
	maxSharedKey = 40

	keyDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// lowestInt is the smallest integer part; alone it is no key, for nothing could
// come before it.
var lowestInt = "A" + strings.Repeat("0", 26)

// intLen returns the length of the integer part that begins with head, 0 for
// one that does not exist.
func intLen(head byte) int {
	switch {
	case head >= 'a' && head <= 'z':
		return int(head-'a') + 2
	case head >= 'A' && head <= 'Z':
		return int('Z'-head) + 2
	default:
		return 0
	}
}

// validKey reports whether k is a list key.
func validKey(k string) bool {
	if k == "" || len(k) > MaxKey || k == lowestInt {
		return false
	}
	n := intLen(k[0])
	if n == 0 || n > len(k) || len(k) > n && k[len(k)-1] == '0' {
		return false
	}
	return strings.Trim(k[1:], keyDigits) == ""
}

// keyBetween returns a key above lo and below hi; "" is an open end. It is
// false when there is none: lo is not below hi, or one of them is not a key.
func keyBetween(lo, hi string) (string, bool) {
	if lo != "" && !validKey(lo) || hi != "" && !validKey(hi) || lo != "" && hi != "" && lo >= hi {
		return "", false
	}
	switch {
	case lo == "" && hi == "":
		return "a0", true
	case lo == "":
		return keyBelow(hi)
	}
	whole, fraction := splitKey(lo)
	if hi != "" {
		if hiWhole, hiFraction := splitKey(hi); hiWhole == whole {
			return whole + midpoint(fraction, hiFraction), true
		}
	}
	if next, ok := stepInt(whole, true); ok && (hi == "" || next < hi) {
		return next, true
	}
	return whole + midpoint(fraction, ""), true
}

func keyBelow(hi string) (string, bool) {
	whole, fraction := splitKey(hi)
	switch {
	case whole == lowestInt:
		return whole + midpoint("", fraction), true
	case fraction != "":
		return whole, true
	default:
		below, ok := stepInt(whole, false)
		if ok && below == lowestInt {
			below += midpoint("", "")
		}
		return below, ok
	}
}

func splitKey(k string) (whole, fraction string) {
	n := intLen(k[0])
	return k[:n], k[n:]
}

// midpoint returns a fraction between lo and hi; "" as hi is the open end.
func midpoint(lo, hi string) string {
	if hi != "" {
		n := 0
		for n < len(hi) && digitAt(lo, n) == hi[n] {
			n++
		}
		if n > 0 {
			return hi[:n] + midpoint(lo[min(n, len(lo)):], hi[n:])
		}
	}
	low, high := strings.IndexByte(keyDigits, digitAt(lo, 0)), len(keyDigits)
	if hi != "" {
		high = strings.IndexByte(keyDigits, hi[0])
	}
	switch {
	case high-low > 1:
		mid := (low + high + 1) / 2
		return keyDigits[mid : mid+1]
	case len(hi) > 1:
		return hi[:1]
	default:
		return keyDigits[low:low+1] + midpoint(lo[min(1, len(lo)):], "")
	}
}

// digitAt returns the n-th digit of a fraction, which goes on with zeros.
func digitAt(fraction string, n int) byte {
	if n < len(fraction) {
		return fraction[n]
	}
	return '0'
}

// stepInt returns the integer part next to whole, above or below it. It is
// false at either end.
func stepInt(whole string, up bool) (string, bool) {
	from, to, by := byte('z'), byte('0'), 1
	if !up {
		from, to, by = '0', 'z', -1
	}
	b := []byte(whole)
	for i := len(b) - 1; i > 0; i-- {
		if b[i] != from {
			b[i] = keyDigits[strings.IndexByte(keyDigits, b[i])+by]
			return string(b), true
		}
		b[i] = to
	}
	switch head := b[0]; {
	case up && head == 'z' || !up && head == 'A':
		return "", false
	case up && head == 'Z':
		return "a0", true
	case !up && head == 'a':
		return "Zz", true
	default:
		head += byte(by) // wraps to head-1 on the way down
		return string(head) + strings.Repeat(string(to), intLen(head)-1), true
	}
}

// evenKeys returns n keys above lo and below hi, ascending and evenly spread.
func evenKeys(lo, hi string, n int) ([]string, bool) {
	if n == 0 {
		return nil, true
	}
	if lo == "" || hi == "" {
		return endKeys(lo, hi, n)
	}
	mid, ok := keyBetween(lo, hi)
	if !ok {
		return nil, false
	}
	left, ok1 := evenKeys(lo, mid, n/2)
	right, ok2 := evenKeys(mid, hi, n-n/2-1)
	return append(append(left, mid), right...), ok1 && ok2
}

// endKeys is evenKeys with an open end, where every key is one step further.
func endKeys(lo, hi string, n int) ([]string, bool) {
	keys := make([]string, n)
	for i := range n {
		var ok bool
		if hi == "" {
			lo, ok = keyBetween(lo, "")
			keys[i] = lo
		} else {
			hi, ok = keyBetween("", hi)
			keys[n-1-i] = hi
		}
		if !ok {
			return nil, false
		}
	}
	return keys, true
}
