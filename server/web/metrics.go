package web

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requestMetrics measures requests by method, route template and status.
type requestMetrics struct {
	took *prometheus.HistogramVec
}

func newRequestMetrics(reg prometheus.Registerer) (requestMetrics, error) {
	m := requestMetrics{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "parley_http_request_seconds",
		Help:    "Time to answer a request. A socket counts until it is upgraded.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, []string{"method", "route", "status"})}
	return m, reg.Register(m.took)
}

func (m requestMetrics) observe(method, route string, status int, took time.Duration) {
	m.took.WithLabelValues(knownMethod(method), route, strconv.Itoa(status)).Observe(took.Seconds())
}

// knownMethod bounds the label: a caller may send any word as its method.
func knownMethod(m string) string {
	switch m {
	case "GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS":
		return m
	default:
		return "other"
	}
}
