package main

import (
	"bufio"
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"parley/realtime/redis/redistest"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// series are the metrics of a server by name, with the labels that they have.
func series(body []byte) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	label := regexp.MustCompile(`([a-z_]+)="`)
	lines := bufio.NewScanner(bytes.NewReader(body))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		name, rest, _ := strings.Cut(lines.Text(), "{")
		name, _, _ = strings.Cut(name, " ")
		if out[name] == nil {
			out[name] = map[string]bool{"instance": true, "job": true} // given by Prometheus
		}
		for _, m := range label.FindAllStringSubmatch(rest, -1) {
			out[name][m[1]] = true
		}
	}
	return out
}

// What the dashboard shows and the alerts watch is there on a running server, and
// every metric, alert and setting is explained to operators. That the queries are
// valid is checked in deploy.
func TestDashboardAlertsAndDocsNameWhatIsThere(t *testing.T) {
	w := newWorldOn(t, databaseURL(t), "REDIS_URL="+redistest.New(t).URL())
	_, body := w.call("GET", "/metrics", "", "")
	there := series(body)

	selector := regexp.MustCompile(`\b((?:parley|process|go)_[a-z_]+)(?:\{([^}]*)\})?`)
	matcher := regexp.MustCompile(`([a-z_]+)=`)
	alerts := readFile(t, "../deploy/alerts.yml")
	queries := alerts + strings.ReplaceAll(readFile(t, "../deploy/grafana/parley.json"), `\"`, `"`)
	found := selector.FindAllStringSubmatch(queries, -1)
	for _, m := range found {
		labels, known := there[m[1]]
		if !known {
			t.Errorf("deploy names %s, but there is no such metric", m[1])
			continue
		}
		for _, label := range matcher.FindAllStringSubmatch(m[2], -1) {
			if !labels[label[1]] {
				t.Errorf("deploy asks for %s, but it has no label %s", m[0], label[1])
			}
		}
	}
	names := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(alerts, -1)
	if len(found) < 60 || len(names) < 10 {
		t.Fatalf("%d metrics and %d alerts were found in deploy", len(found), len(names))
	}

	docs := readFile(t, "../docs/operations.md")
	explained := func(name string) {
		t.Helper()
		if !strings.Contains(docs, "`"+name) {
			t.Errorf("docs/operations.md does not explain %s", name)
		}
	}
	for _, m := range names {
		explained(m[1])
	}
	for name := range there {
		if strings.HasPrefix(name, "parley_") {
			explained(regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, ""))
		}
	}
	for _, m := range regexp.MustCompile(`env:"([A-Z_]+)"`).FindAllStringSubmatch(readFile(t, "config.go"), -1) {
		explained(m[1])
	}
}
