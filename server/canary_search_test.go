package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// marker is a text that occurs nowhere by chance, and that no escaping changes.
func marker(rng *rand.Rand) string { return fmt.Sprintf("canary%012xend", rng.Uint64()>>16) }

// expectNoMarker looks for a marker in every form that a byte stream may have it in.
func expectNoMarker(t *testing.T, who, secret string, data []byte) {
	t.Helper()
	for form, needle := range formsOf(secret) {
		if i := bytes.Index(data, needle); i >= 0 {
			t.Errorf("%s got a private text as %s: …%s…", who, form, data[max(0, i-300):min(len(data), i+100)])
		}
	}
}

func formsOf(secret string) map[string][]byte {
	forms := map[string][]byte{
		"text": []byte(secret), "reversed": reversed(secret), "hex": []byte(hex.EncodeToString([]byte(secret))),
		"HEX": []byte(strings.ToUpper(hex.EncodeToString([]byte(secret)))),
	}
	little, big := make([]byte, 0, 2*len(secret)), make([]byte, 0, 2*len(secret))
	for _, unit := range utf16.Encode([]rune(secret)) {
		little, big = append(little, byte(unit), byte(unit>>8)), append(big, byte(unit>>8), byte(unit))
	}
	forms["UTF-16LE"], forms["UTF-16BE"] = little, big
	for shift := range 3 { // base64 looks different at each of three places
		padded := strings.Repeat("x", shift) + secret
		text := base64.RawStdEncoding.EncodeToString([]byte(padded))
		forms[fmt.Sprintf("base64 at %d", shift)] = []byte(text[(shift*8+5)/6 : len(text)-2])
	}
	return forms
}

func reversed(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := len(s) - 1; i >= 0; i-- {
		out = append(out, s[i])
	}
	return out
}

// The search itself: it finds each form, so that finding nothing says something.
func TestMarkersAreFoundInEveryForm(t *testing.T) {
	secret := marker(rand.New(rand.NewPCG(1, 1)))
	for shift := range 5 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("y", shift) + secret + "zz"))
		found := false
		for _, needle := range formsOf(secret) {
			found = found || strings.Contains(text, string(needle))
		}
		if !found {
			t.Errorf("not found in base64 behind %d bytes: %s", shift, text)
		}
	}
	if !bytes.Contains([]byte(fmt.Sprintf("%x", secret+"!")), formsOf(secret)["hex"]) {
		t.Error("not found in hex")
	}
}

// inflated is data with the chunks of a PNG unpacked behind it: a picture can
// carry text beside its pixels.
func inflated(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("\x89PNG")) {
		return data
	}
	out := bytes.Clone(data)
	for rest := data; ; {
		i := bytes.IndexByte(rest, 0x78) // a zlib header
		if i < 0 {
			return out
		}
		rest = rest[i:]
		if r, err := zlib.NewReader(bytes.NewReader(rest)); err == nil {
			plain, _ := io.ReadAll(io.LimitReader(r, 8<<20)) // what could be unpacked
			out = append(out, plain...)
		}
		rest = rest[1:]
	}
}
