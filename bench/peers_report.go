//go:build linux

package main

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// table is the figures of one scenario: a row each, a column for each system.
type table struct {
	title   string
	columns []string
	rows    []*figure
}

// figure is one measured quantity of several systems.
type figure struct {
	what, unit string
	by         map[string]series
}

// claim is a ratio that Parley is to reach beside another system of the table.
type claim struct {
	work   string
	ratios series
	to     string
	target target
}

// table makes a table for the result.
func (b *bench) table(title string) *table {
	t := &table{title: title}
	b.tables = append(b.tables, t)
	return t
}

// add notes one run's value.
func (t *table) add(s system, what, unit string, v float64) {
	t.note(s.label(), what, unit, v)
}

func (t *table) note(who, what, unit string, v float64) {
	if !slices.Contains(t.columns, who) {
		t.columns = append(t.columns, who)
	}
	at := slices.IndexFunc(t.rows, func(f *figure) bool { return f.what == what })
	if at < 0 {
		at = len(t.rows)
		t.rows = append(t.rows, &figure{what, unit, map[string]series{}})
	}
	t.rows[at].by[who] = append(t.rows[at].by[who], v)
}

// latency notes median and 99th percentile, in milliseconds.
func (t *table) latency(s system, what string, took []time.Duration) {
	t.add(s, what+", p50", "ms", quantile(micros(took), 0.5)/1e3)
	t.add(s, what+", p99", "ms", quantile(micros(took), 0.99)/1e3)
}

// of returns the series of one system, nil if there is none.
func (t *table) of(what, who string) series {
	for _, f := range t.rows {
		if f.what == what {
			return f.by[who]
		}
	}
	return nil
}

// claim notes Parley's figure over that of another system, run by run.
func (b *bench) claim(t *table, work, what, other string, want target) {
	b.claims = append(b.claims, claim{work, t.of(what, "Parley").over(t.of(what, other)), "× " + other, want})
}

// claimValue notes a claim about a figure that is not a ratio to one column.
func (b *bench) claimValue(work string, values series, of string, want target) {
	b.claims = append(b.claims, claim{work, values, of, want})
}

func (t *table) markdown() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n## %s\n\n| figure | unit |", t.title)
	for _, c := range t.columns {
		fmt.Fprintf(&b, " %s |", c)
	}
	b.WriteString("\n|---|---|")
	for range t.columns {
		b.WriteString("---|")
	}
	for _, f := range t.rows {
		fmt.Fprintf(&b, "\n| %s | %s |", f.what, f.unit)
		for _, c := range t.columns {
			if len(f.by[c]) == 0 {
				b.WriteString(" |")
				continue
			}
			if f.unit == "" { // a count
				fmt.Fprintf(&b, " %s |", whole(int64(f.by[c].median())))
				continue
			}
			fmt.Fprintf(&b, " %s |", f.by[c].withSpread(""))
		}
	}
	b.WriteString("\n")
	return b.String()
}

// markdownPeers writes the result of -peers: the claims first.
func (b *bench) markdownPeers(a about) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Beside its peers, measured %s\n\n", a.at.Format("2006-01-02 15:04 MST"))
	fmt.Fprintf(&out, "`%s`, source %s, took %s.\n\n%s\n\n", a.command, a.version, a.took.Round(time.Second), a.machine)
	fmt.Fprintf(&out, "%s.\n\n", b.lab.versions)
	fmt.Fprintf(&out, "Bodies of %d bytes. Median of %d runs, in turns; smallest and largest in brackets. What each system and floor does is in [README.md](../README.md).\n",
		bodySize, a.size.runs)
	out.WriteString("\n## Claims\n\n| work | Parley | beside | wanted | |\n|---|---|---|---|---|\n")
	for _, c := range b.claims {
		out.WriteString(c.markdown())
	}
	for _, t := range b.tables {
		out.WriteString(t.markdown())
	}
	fmt.Fprintf(&out, "\n## Checks\n\n%s%s", b.checks, b.lab.faults())
	return out.Bytes()
}

func (c claim) markdown() string {
	sign, v := "≤", c.target.atMost
	switch {
	case c.target.atLeast > 0:
		sign, v = "≥", c.target.atLeast
	case c.target.none:
		sign = "="
	}
	return fmt.Sprintf("| %s | %s | %s | %s %g | %s |\n", c.work, c.ratios.withSpread(""), c.to, sign, v, c.met())
}

// met says how the median stands to the target. A comparison without figures,
// because the other system did not finish, is neither.
func (c claim) met() string {
	if len(c.ratios) == 0 {
		return "not measured"
	}
	return row{ours: c.ratios, target: c.target}.met()
}

// faults says what the peers lost or doubled.
func (l *lab) faults() string {
	var b bytes.Buffer
	for _, s := range l.peers() {
		if p, ok := s.(*peer); ok {
			fmt.Fprintf(&b, "- %s: %s deliveries missing, %s doubled, %s members with other edits than were sent; %s sent again for clients to ignore.\n",
				p.name, whole(p.faults.missing), whole(p.faults.twice), whole(p.faults.wrong), whole(p.faults.repeated))
			for _, failure := range p.failures {
				fmt.Fprintf(&b, "- %s: %s\n", p.name, failure)
			}
		}
	}
	return b.String()
}
