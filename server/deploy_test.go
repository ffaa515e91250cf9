package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"parley/realtime/redis/redistest"
)

// expressions returns every query of the alert rules and the dashboard, by where
// it is, and the names of the alerts.
func expressions(t *testing.T) (byPlace map[string]string, alerts []string) {
	t.Helper()
	byPlace = map[string]string{}
	rules, errs := rulefmt.Parse(readFile(t, "../deploy/alerts.yml"), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, err := range errs {
		t.Errorf("the alert rules: %v", err)
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			alerts = append(alerts, r.Alert)
			byPlace["alert "+r.Alert] = r.Expr
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Labels["severity"] == "" {
				t.Errorf("alert %s says too little", r.Alert)
			}
		}
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(readFile(t, "../deploy/grafana/parley.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			byPlace["panel "+p.Title+": "+target.Expr] = strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
		}
	}
	if len(alerts) < 10 || len(byPlace) < 40 {
		t.Fatalf("%d alerts and %d queries in all", len(alerts), len(byPlace))
	}
	return byPlace, alerts
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
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
			out[name] = map[string]bool{"instance": true, "job": true}
		}
		for _, m := range label.FindAllStringSubmatch(rest, -1) {
			out[name][m[1]] = true
		}
	}
	return out
}

// What the dashboard shows and the alerts watch is there on a running server, and
// every metric and alert is explained to operators.
func TestDashboardAlertsAndDocsNameWhatIsThere(t *testing.T) {
	w := newWorldOn(t, databaseURL(t), "REDIS_URL="+redistest.New(t).URL())
	_, body := w.call("GET", "/metrics", "", "")
	there := series(body)
	there["up"] = map[string]bool{"job": true, "instance": true} // Prometheus' own
	byPlace, alerts := expressions(t)

	promql := parser.NewParser(parser.Options{})
	for place, expr := range byPlace {
		parsed, err := promql.ParseExpr(expr)
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		parser.Inspect(parsed, func(n parser.Node, _ []parser.Node) error {
			selector, ok := n.(*parser.VectorSelector)
			if !ok {
				return nil
			}
			labels, known := there[selector.Name]
			if !known {
				t.Errorf("%s: there is no metric %s", place, selector.Name)
			}
			for _, m := range selector.LabelMatchers {
				if known && m.Name != "__name__" && !labels[m.Name] {
					t.Errorf("%s: %s has no label %s", place, selector.Name, m.Name)
				}
			}
			return nil
		})
	}

	docs := string(readFile(t, "../docs/operations.md"))
	for _, alert := range alerts {
		if !strings.Contains(docs, "`"+alert+"`") {
			t.Errorf("docs/operations.md does not explain %s", alert)
		}
	}
	for name := range there {
		base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		if strings.HasPrefix(name, "parley_") && !strings.Contains(docs, "`"+base) {
			t.Errorf("docs/operations.md does not explain %s", base)
		}
	}
	for _, setting := range regexp.MustCompile(`env:"([A-Z_]+)"`).FindAllStringSubmatch(string(readFile(t, "config.go")), -1) {
		if !strings.Contains(docs, "`"+setting[1]+"`") {
			t.Errorf("docs/operations.md does not explain %s", setting[1])
		}
	}
}
