package redis

import "github.com/prometheus/client_golang/prometheus"

// metrics are what a [Broker] measures.
type metrics struct {
	reconnects    prometheus.Counter
	probeFailures prometheus.Counter
	overflows     prometheus.Counter
	dropped       prometheus.Counter
	all           []prometheus.Collector
}

func newMetrics(b *Broker) *metrics {
	m := &metrics{}
	m.reconnects = m.counter("parley_redis_reconnects_total", "Subscription connections that broke and were made anew.")
	m.probeFailures = m.counter("parley_redis_probe_failures_total", "Subscription connections that were alive and delivered nothing.")
	m.overflows = m.counter("parley_redis_overflows_total", "Messages dropped because receivers did not keep up; their rooms read the log.")
	m.dropped = m.counter("parley_redis_unsent_total", "Messages dropped because Redis did not take them; their rooms are told when it does.")
	m.all = append(m.all,
		gauge("parley_redis_lanes_down", "Connections to Redis that are not trusted at present.", b.lanesDown),
		gauge("parley_redis_topics", "Rooms subscribed to.", b.topics))
	return m
}

func (m *metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	m.all = append(m.all, c)
	return c
}

func gauge(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
}

func (b *Broker) lanesDown() (n float64) {
	for _, l := range b.lanes {
		if l.down.Load() {
			n++
		}
	}
	return n
}

func (b *Broker) topics() (n float64) {
	for _, l := range b.lanes {
		l.mu.Lock()
		n += float64(len(l.topics))
		l.mu.Unlock()
	}
	return n
}

// Describe implements [prometheus.Collector].
func (b *Broker) Describe(out chan<- *prometheus.Desc) {
	for _, c := range b.metrics.all {
		c.Describe(out)
	}
}

// Collect implements [prometheus.Collector].
func (b *Broker) Collect(out chan<- prometheus.Metric) {
	for _, c := range b.metrics.all {
		c.Collect(out)
	}
}
