package portal_test

import (
	"encoding/json"
	"os"
	"testing"

	"parley/server/portal"
)

// What may frame goes into a header beside others: nothing else gets through.
func TestOriginsAreOrigins(t *testing.T) {
	good := map[string]string{
		"https://portal.acme.com":       "https://portal.acme.com",
		" HTTPS://Portal.Acme.com/ ":    "https://portal.acme.com",
		"https://portal.acme.com:443":   "https://portal.acme.com",
		"https://portal.acme.com:8443":  "https://portal.acme.com:8443",
		"https://*.hubspot.com":         "https://*.hubspot.com",
		"https://*.cloud.microsoft":     "https://*.cloud.microsoft",
		"http://localhost:3000":         "http://localhost:3000",
		"http://127.0.0.1:3000":         "http://127.0.0.1:3000",
		"https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
	}
	for typed, want := range good {
		if got, err := portal.ParseOrigin(typed); err != nil || got != want {
			t.Errorf("ParseOrigin(%q) = %q, %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"", "*", "https://*", "https://*.com", "https://*.", "https://*.*.acme.com", "https://a.*.com", "portal.acme.com", "//portal.acme.com",
		"http://portal.acme.com", "https://portal.acme.com/path", "https://portal.acme.com?x", "https://user@portal.acme.com", "https://portal.acme.com#x",
		"javascript://portal.acme.com", "data:text/html,x", "null", "https://192.0.2.1", "https://portal.acme.com evil.com", "https://portal.acme.com;script-src *",
		"https://portal.acme.com,https://x.com", "https://pörtal.acme.com", "https://portal.acme.com\r\nX: y", "https://portal_acme.com", "https://-portal.com",
		"http://*.localhost:3000", "'self'", "https:", "https://", "https://portal.acme.com:port",
	} {
		if got, err := portal.ParseOrigin(typed); err == nil {
			t.Errorf("ParseOrigin(%q) = %q, want a refusal", typed, got)
		}
	}
}

// The browser's part decides by the same table (client/src/embed/origins.test.ts).
func TestAllowsIsWhatTheBrowserSays(t *testing.T) {
	data, err := os.ReadFile("testdata/allows.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		List   []string
		Origin string
		Allows bool
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 10 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		if got := portal.Allows(c.List, c.Origin); got != c.Allows {
			t.Errorf("Allows(%q, %q) = %t", c.List, c.Origin, got)
		}
	}
}
