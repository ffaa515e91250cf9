package mail

import (
	"crypto/rand"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count mails, never whose they are.
type metrics struct {
	outcomes *prometheus.CounterVec
	waiting  prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_mails_total", Help: "Mails by what became of an attempt: sent, retried, refused, failed, expired; or full, not taken.",
		}, []string{"outcome"}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{Name: "parley_mails_waiting", Help: "Mails not yet handed over."}),
	}
	for _, outcome := range []string{"sent", "retried", "refused", "failed", "expired", "full"} {
		m.outcomes.WithLabelValues(outcome)
	}
	return m
}

func (m *metrics) count(outcome string) { m.outcomes.WithLabelValues(outcome).Inc() }

// Describe names the queue's metrics.
func (q *Queue) Describe(ch chan<- *prometheus.Desc) {
	q.metrics.outcomes.Describe(ch)
	q.metrics.waiting.Describe(ch)
}

// Collect reads the queue's metrics.
func (q *Queue) Collect(ch chan<- prometheus.Metric) {
	q.metrics.outcomes.Collect(ch)
	q.metrics.waiting.Collect(ch)
}

// newID names a mail in the log and in its Message-ID. It opens nothing.
func newID() string { return strings.ToLower(rand.Text()) }
