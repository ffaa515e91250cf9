package realtime

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/room"
)

// metrics are what a [Hub] measures. Labels come from closed sets.
type metrics struct {
	sockets       prometheus.Gauge
	commits       prometheus.Counter
	commitSeconds prometheus.Histogram
	batchSize     prometheus.Histogram
	commitErrors  prometheus.Counter
	lag           prometheus.Histogram
	publishErrors prometheus.Counter
	fanoutFrames  prometheus.Counter
	fanoutBytes   prometheus.Counter
	panics        prometheus.Counter
	repairs       prometheus.Counter
	repaired      prometheus.Counter
	resyncs       *prometheus.CounterVec // by why
	gaps          *prometheus.CounterVec // by how they were found
	joins         *prometheus.CounterVec // by source
	logPages      prometheus.Counter
	sheds         *prometheus.CounterVec // by what was left out
	rejects       *prometheus.CounterVec // by code
	closes        *prometheus.CounterVec // by why
	all           []prometheus.Collector
}

// Where a member's stream was brought up to date from.
const (
	fromWindow   = "window"   // resumed, all it lacked in memory
	fromLog      = "log"      // resumed, read from the log
	fromSnapshot = "snapshot" // read whole from the store
	fromCache    = "cache"    // the snapshot that somebody else's join had just read
)

func newMetrics(h *Hub) *metrics {
	m := &metrics{}
	m.sockets = m.gauge("parley_sockets", "Open sockets.")
	m.commits = m.counter("parley_commits_total", "Commits that reached this server, its own included.")
	m.commitSeconds = m.histogram("parley_commit_seconds", "Time of one transaction.",
		[]float64{.0005, .001, .002, .004, .008, .016, .032, .064, .128, .256, .512, 1, 2, 4})
	m.batchSize = m.histogram("parley_commit_batch", "Requests in one transaction.", []float64{1, 2, 4, 8, 16, 32, 64})
	m.lag = m.histogram("parley_publish_lag_seconds", "From the commit of another server to its place in the window here; the servers' clocks count.",
		[]float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5})
	m.commitErrors = m.counter("parley_commit_errors_total", "Batches that the store did not process.")
	m.publishErrors = m.counter("parley_publish_errors_total", "Messages that the broker did not take.")
	m.fanoutFrames = m.counter("parley_fanout_frames_total", "Frames of commits written to sockets.")
	m.fanoutBytes = m.counter("parley_fanout_bytes_total", "Bytes of commits written to sockets.")
	m.panics = m.counter("parley_session_panics_total", "Sessions ended by a panic.")
	m.repairs = m.counter("parley_repairs_total", "Pages of the log read because commits did not arrive.")
	m.repaired = m.counter("parley_repaired_commits_total", "Commits on those pages.")
	m.resyncs = m.counters("parley_resyncs_total", "Streams that a member has to join again.", "why", whySlow, whyEpoch, whyOverflow)
	m.gaps = m.counters("parley_gaps_total", "Signs that commits did not arrive in order.", "found", "hole", "position", "broker", "epoch", "fork")
	m.joins = m.counters("parley_joins_total", "Streams brought up to date for a member.", "from",
		fromWindow, fromLog, fromSnapshot, fromCache)
	m.logPages = m.counter("parley_log_pages_total", "Pages of the log read for members who were behind the window.")
	m.sheds = m.counters("parley_sheds_total", "What was left out or put off because of load.", "what", "presence", "watchers", "ops")
	m.rejects = m.counters("parley_rejects_total", "Ops that were not accepted.", "code",
		string(room.Invalid), string(room.Forbidden), string(room.Gone), string(room.Conflict), string(room.Limit), string(room.Expired), string(room.Busy), string(room.SeqGap))
	m.closes = m.counters("parley_socket_closes_total", "Sockets that this server ended.", "why",
		byeRestart, byeExpired, byeRevoked, byeArchived, "blocked", "silent", "slow", badFrame, tooLarge, tooFast, unauthorized)
	m.all = append(m.all,
		gaugeFunc("parley_degraded", "1 while messages between servers may be lost and rooms are compared with the store instead.", h.degradedNumber),
		gaugeFunc("parley_rooms", "Rooms loaded.", func() float64 { return float64(len(h.loaded())) }),
		gaugeFunc("parley_commit_queue", "Requests that wait for a writer.", h.queuedRequests),
		gaugeFunc("parley_commit_queue_bytes", "Bytes of the requests that wait for a writer.", h.queuedBytes),
		gaugeFunc("parley_commit_queue_age_seconds", "How long the oldest request has waited for its writer.", h.oldestRequest),
		gaugeFunc("parley_load_level", "What is left out because of load: 0 nothing, 1 presence, 2 watchers too, 3 ops too.", func() float64 { return float64(h.load.level.Load()) }),
		gaugeFunc("parley_joins_waiting", "Sockets that wait for their turn to join.", func() float64 { _, n := h.joins.state(); return float64(n) }),
		gaugeFunc("parley_reads_waiting", "Catch-up reads that wait for their turn.", func() float64 { _, n := h.reads.state(); return float64(n) }),
		gaugeFunc("parley_window_bytes", "Bytes of commits kept for members.", h.windowBytes))
	return m
}

func (m *metrics) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	m.all = append(m.all, g)
	return g
}

func (m *metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	m.all = append(m.all, c)
	return c
}

// counters is one counter for each value of a label, all there from the start: a
// rate over a series that appears with its first event misses that event.
func (m *metrics) counters(name, help, label string, values ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for _, v := range values {
		c.WithLabelValues(v)
	}
	m.all = append(m.all, c)
	return c
}

func (m *metrics) histogram(name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	m.all = append(m.all, h)
	return h
}

func gaugeFunc(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
}

// Describe implements [prometheus.Collector].
func (h *Hub) Describe(out chan<- *prometheus.Desc) {
	for _, c := range h.metrics.all {
		c.Describe(out)
	}
}

// Collect implements [prometheus.Collector].
func (h *Hub) Collect(out chan<- prometheus.Metric) {
	for _, c := range h.metrics.all {
		c.Collect(out)
	}
}

func (h *Hub) degradedNumber() float64 {
	if h.Degraded() {
		return 1
	}
	return 0
}

func (h *Hub) queuedRequests() float64 {
	sum := 0
	for _, r := range h.loaded() {
		n, _, _ := r.writer.queued()
		sum += n
	}
	return float64(sum)
}

func (h *Hub) oldestRequest() float64 {
	var oldest time.Duration
	for _, r := range h.loaded() {
		oldest = max(oldest, r.writer.age())
	}
	return oldest.Seconds()
}

func (h *Hub) queuedBytes() float64 {
	sum := 0
	for _, r := range h.loaded() {
		_, bytes, _ := r.writer.queued()
		sum += bytes
	}
	return float64(sum)
}

func (h *Hub) windowBytes() float64 {
	sum := 0
	for _, r := range h.loaded() {
		for _, c := range r.channels {
			sum += c.bytes()
		}
	}
	return float64(sum)
}
