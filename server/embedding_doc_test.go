package main

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// program of docs/embedding.md: a line that says with what to run it, and a block.
var documented = regexp.MustCompile("(?s)<!-- run: ([a-z0-9]+) -->\n```[a-z]+\n(.*?)```")

// What docs/embedding.md tells people to copy makes tokens that let Dana in.
func TestTheDocumentedProgramsMakeTokens(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, portalOrigin)
	text, err := os.ReadFile("../docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(p.pair)
	if err != nil {
		t.Fatal(err)
	}
	pair := []string{"PARLEY_KEY_ID=" + p.pairKid, "PARLEY_PRIVATE_KEY=" + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}
	secret := []string{"PARLEY_KEY_ID=" + p.kid, "PARLEY_SECRET=" + p.secret}
	languages := map[string]struct {
		file string
		args []string
		keys []string
	}{
		"go":      {"token.go", []string{"run"}, pair},
		"node":    {"token.mjs", nil, pair},
		"python3": {"token.py", nil, secret},
	}
	ran := map[string]bool{}
	for _, found := range documented.FindAllStringSubmatch(string(text), -1) {
		with, code := found[1], found[2]
		t.Run(with, func(t *testing.T) {
			how, known := languages[with]
			if !known {
				t.Fatalf("nobody knows how to run %s", with)
			}
			path := filepath.Join(t.TempDir(), how.file)
			if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), with, append(how.args, path)...)
			cmd.Env = append(append(os.Environ(), "PARLEY_URL="+w.url, "PARLEY_PORTAL="+p.id, "PARLEY_ROOM="+w.room), how.keys...)
			cmd.Stderr = os.Stderr
			token, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got := p.enter(string(token), "").Me; got == nil || got.Name != "Dana Kim" || got.Side != "buyer" || got.Access != "editor" {
				t.Errorf("it lets in %+v", got)
			}
		})
		ran[with] = true
	}
	if len(ran) != len(languages) {
		t.Errorf("the document has programs for %v", ran)
	}
}

// A version that is not there is no help to somebody who copies its address.
func TestTheDocumentKnowsTheScriptsVersion(t *testing.T) {
	text, err := os.ReadFile("../docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../client/embed/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var npm struct{ Version string }
	if err := json.Unmarshal(data, &npm); err != nil {
		t.Fatal(err)
	}
	versions := regexp.MustCompile(`\b(1\.\d+\.\d+)\.js`).FindAllStringSubmatch(string(text), -1)
	if len(versions) == 0 {
		t.Error("the document names no version")
	}
	for _, found := range versions {
		if found[1] != npm.Version {
			t.Errorf("the document names version %s, the package is %s", found[1], npm.Version)
		}
	}
}

// The example's README has two commands: the second makes the portal known and
// vouches for Dana in the room that is there.
func TestTheExamplePortalSetsItselfUp(t *testing.T) {
	w := newWorld(t)
	binary := filepath.Join(t.TempDir(), "portal")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../examples/portal").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = append(os.Environ(), "PARLEY_URL="+w.url, "PARLEY_API_KEY="+adminKey, "PORTAL_ADDR=localhost:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }) // what it answers is looked at, not how it ends
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	origin := strings.TrimSpace(strings.TrimPrefix(line, "The portal is at "))
	get := func(path string) string {
		t.Helper()
		res, err := http.Get(origin + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if page := get("/"); !strings.Contains(page, `room="`+w.room+`"`) || !strings.Contains(page, w.url+"/embed/v1.js") {
		t.Errorf("its page is %s", page)
	}
	body := fmt.Sprintf(`{"token":%q,"room":%q,"parent":%q}`, get("/api/parley-token"), w.room, origin)
	var in vouchedFor
	w.must("POST", "/api/v1/embed/session", "", body, &in)
	if in.Me == nil || in.Me.Name != "Dana Kim" {
		t.Errorf("it lets in %+v", in.Me)
	}
}
