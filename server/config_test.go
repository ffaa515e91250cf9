package main

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// clean takes every variable of ours out of the environment.
func clean(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"PARLEY_ADDR", "PARLEY_PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "PARLEY_DATA", "PARLEY_ADMIN_KEY", "PARLEY_DEMO", "PARLEY_OPS_PER_SECOND", "SMTP_URL", "PARLEY_MAIL_FROM",
		"PARLEY_OWNER", "PARLEY_SIGNUP", "PARLEY_TRUSTED_PROXIES",
		"PARLEY_OIDC_ISSUER", "PARLEY_OIDC_CLIENT_ID", "PARLEY_OIDC_CLIENT_SECRET", "PARLEY_OIDC_LABEL",
		"PARLEY_DRAIN_WAIT", "PARLEY_AUDIT_DAYS", "PARLEY_LOG", "PARLEY_LOG_LEVEL", "OTEL_EXPORTER_OTLP_ENDPOINT",
	} {
		t.Setenv(name, "") // so that it comes back
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDefaults(t *testing.T) {
	clean(t)
	t.Setenv("PARLEY_ADDR", "") // set to nothing is not set

	c, err := readConfig(nil, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}

	want := config{Addr: "127.0.0.1:8080", Data: c.Data, OpsPerSecond: 50, AuditKept: 400 * 24 * time.Hour}
	if !reflect.DeepEqual(c, want) || !filepath.IsAbs(c.Data) {
		t.Errorf("config = %+v, want %+v", c, want)
	}
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	clean(t)
	t.Setenv("PARLEY_OPS_PER_SECOND", "7")
	t.Setenv("PARLEY_DEMO", "false")
	t.Setenv("DATABASE_URL", "postgres://parley:secret@db.example/parley")

	c, err := readConfig([]string{"--ops-per-second=0", "--public-url=HTTPS://Rooms.example.com/"}, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}

	if c.OpsPerSecond != 0 || c.Demo != demoOff || c.PublicURL != "https://rooms.example.com" || !strings.Contains(c.DatabaseURL, "secret") {
		t.Errorf("config = %+v", c)
	}
}

// A wrong setting is told in one sentence: its name, its value, what is accepted.
func TestBadConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct{ name, value, shown, accepted string }{
		"an address without a port":     {"PARLEY_ADDR", "localhost", `"localhost"`, "host:port"},
		"a port out of range":           {"PARLEY_ADDR", ":99999", `":99999"`, "host:port"},
		"an origin without a scheme":    {"PARLEY_PUBLIC_URL", "rooms.example.com", `com"`, "https"},
		"an origin with a path":         {"PARLEY_PUBLIC_URL", "https://example.com/rooms", `"https://example.com/rooms"`, "without a path"},
		"another database":              {"DATABASE_URL", "mysql://me:hunter2@db/x", `"mysql://me:***@db/x"`, "PostgreSQL URL"},
		"no URL at all":                 {"DATABASE_URL", "hunter2-hunter2", `"hun***"`, "PostgreSQL URL"},
		"a database URL that is broken": {"DATABASE_URL", "postgres://me:hunter2@db:port/x", `"postgres://***"`, "PostgreSQL URL"},
		"Redis for one server":          {"REDIS_URL", "redis://:hunter2@cache:6379", `"redis://:***@cache:6379"`, "DATABASE_URL"},
		"no Redis at all":               {"REDIS_URL", "http://cache:6379", `"http://cache:6379"`, "has the scheme"},
		"Redis hosts of no kind":        {"REDIS_URL", "redis://:hunter2@a:1,b:2", `"redis://:***@a:1,b:2"`, "names several hosts"},
		"sentinels without a master":    {"REDIS_URL", "redis+sentinel://:hunter2@a:1,b:2", `"redis+sentinel://:***@a:1,b:2"`, "must name the master"},
		"mail from nobody":              {"SMTP_URL", "smtp://me:hunter2@mail", `PARLEY_MAIL_FROM is ""`, "e-mail address"},
		"a mail server of no kind":      {"SMTP_URL", "http://me:hunter2@mail", `"http://me:***@mail"`, "smtps://"},
		"a password in the clear":       {"SMTP_URL", "smtp://me:hunter2@mail?tls=off", `"smtp://me:***@mail?***"`, "leave tls=off out"},
		"mail from no address":          {"PARLEY_MAIL_FROM", "Parley", `"Parley"`, "e-mail address"},
		"a file for a directory":        {"PARLEY_DATA", file, file, "directory"},
		"a key that is too short":       {"PARLEY_ADMIN_KEY", "hunter2", "7 characters", "8 or more"},
		"a key with a space":            {"PARLEY_ADMIN_KEY", "hunter2 hunter2", "", "ASCII"},
		"an owner without an address":   {"PARLEY_OWNER", "Ada", `"Ada"`, "e-mail address"},
		"a sign-up that is maybe":       {"PARLEY_SIGNUP", "maybe", `"maybe"`, "closed or open"},
		"proxies by name":               {"PARLEY_TRUSTED_PROXIES", "10.0.0.0/8,proxy", `"proxy"`, "networks"},
		"a provider in the clear":       {"PARLEY_OIDC_ISSUER", "http://me:hunter2@login.example.com", `"http://me:***@login.example.com"`, "https"},
		"a provider without a client":   {"PARLEY_OIDC_ISSUER", "https://login.example.com", "PARLEY_OIDC_CLIENT_ID is empty", "calls this server"},
		"a client of no provider":       {"PARLEY_OIDC_CLIENT_SECRET", "hunter2", "PARLEY_OIDC_ISSUER is empty", "https"},
		"a demo that is maybe":          {"PARLEY_DEMO", "maybe", `"maybe"`, "auto, true or false"},
		"ops that are no number":        {"PARLEY_OPS_PER_SECOND", "many", `"many"`, "whole number"},
		"a drain without a unit":        {"PARLEY_DRAIN_WAIT", "5", `"5"`, "10s"},
		"a drain beyond the stop":       {"PARLEY_DRAIN_WAIT", "1m", `"1m"`, "10s"},
		"an audit of no length":         {"PARLEY_AUDIT_DAYS", "a year", `"a year"`, "whole number of days"},
		"a log of another form":         {"PARLEY_LOG", "xml", `"xml"`, "auto, text or json"},
		"a level that is not there":     {"PARLEY_LOG_LEVEL", "loud", `"loud"`, "debug, info, warn or error"},
		"traces to nowhere":             {"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", `"col***"`, "http or https"},
		"ops below 0":                   {"PARLEY_OPS_PER_SECOND", "-1", `"-1"`, "whole number"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			clean(t)
			t.Setenv(c.name, c.value)

			_, err := readConfig(nil, os.Stdout)

			var sentence configError
			if !errors.As(err, &sentence) {
				t.Fatalf("err = %v, want a sentence", err)
			}
			text := sentence.Error()
			for _, part := range []string{c.name, c.shown, c.accepted} {
				if !strings.Contains(text, part) {
					t.Errorf("the sentence lacks %q: %s", part, text)
				}
			}
			if strings.Contains(text, "hunter2") || strings.Contains(text, "\n") || !strings.HasSuffix(text, ".") {
				t.Errorf("not one sentence without secrets: %q", text)
			}
		})
	}
}

func TestUnknownFlagsAndHelp(t *testing.T) {
	clean(t)
	var sentence configError
	for _, args := range [][]string{{"--colour=red"}, {"serve"}, {"--addr"}} {
		if _, err := readConfig(args, os.Stdout); !errors.As(err, &sentence) {
			t.Errorf("%v: err = %v, want a sentence", args, err)
		}
	}

	var help strings.Builder
	if _, err := readConfig([]string{"-h"}, &help); !errors.Is(err, errHelp) {
		t.Fatalf("err = %v, want %v", err, errHelp)
	}
	for _, part := range []string{"PARLEY_ADDR", "127.0.0.1:8080", "PARLEY_PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "PARLEY_DATA", "PARLEY_ADMIN_KEY", "PARLEY_OWNER", "PARLEY_SIGNUP", "PARLEY_TRUSTED_PROXIES", "PARLEY_OIDC_ISSUER", "PARLEY_OIDC_CLIENT_ID", "PARLEY_OIDC_CLIENT_SECRET", "PARLEY_OIDC_LABEL", "PARLEY_DEMO", "PARLEY_OPS_PER_SECOND", "50", "SMTP_URL", "PARLEY_MAIL_FROM", "PARLEY_DRAIN_WAIT", "PARLEY_LOG", "PARLEY_LOG_LEVEL", "OTEL_EXPORTER_OTLP_ENDPOINT"} {
		if !strings.Contains(help.String(), part) {
			t.Errorf("the help lacks %s:\n%s", part, help.String())
		}
	}
}

func TestTheOriginFollowsTheAddress(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:0": "http://127.0.0.1:", ":0": "http://localhost:", "[::1]:0": "http://[::1]:"} {
		a := &app{cfg: config{Addr: addr}}
		if err := a.listen(); err != nil {
			if addr == "[::1]:0" {
				continue // this machine has no IPv6
			}
			t.Fatal(err)
		}
		if !strings.HasPrefix(a.cfg.PublicURL, want) || strings.HasSuffix(a.cfg.PublicURL, ":0") {
			t.Errorf("%s: origin = %s", addr, a.cfg.PublicURL)
		}
		_ = a.listener.Close()
	}
}
