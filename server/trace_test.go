package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"parley/realtime/redis/redistest"
)

// spans is a collector of OpenTelemetry traces.
type spans struct {
	*httptest.Server
	mu   sync.Mutex // guards the fields below
	all  []span
	sent bytes.Buffer // everything, as it came
}

type span struct {
	trace, id, parent, name, server string
	attributes                      map[string]string
}

func newSpans(t *testing.T) *spans {
	t.Helper()
	s := &spans{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var in collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &in)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("a collector got %s: %v", r.URL.Path, err)
		}
		s.take(&in, body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *spans) take(in *collector.ExportTraceServiceRequest, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent.Write(body)
	for _, from := range in.ResourceSpans {
		var server string
		for _, a := range from.Resource.Attributes {
			if a.Key == "service.instance.id" {
				server = a.Value.GetStringValue()
			}
		}
		for _, scope := range from.ScopeSpans {
			for _, sp := range scope.Spans {
				attributes := map[string]string{}
				for _, a := range sp.Attributes {
					attributes[a.Key] = a.Value.GetStringValue()
				}
				s.all = append(s.all, span{hex.EncodeToString(sp.TraceId), hex.EncodeToString(sp.SpanId), hex.EncodeToString(sp.ParentSpanId), sp.Name, server, attributes})
			}
		}
	}
}

// find returns the span that is, waiting for it.
func (s *spans) find(t *testing.T, what string, is func(span) bool) span {
	t.Helper()
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		for _, sp := range s.all {
			if is(sp) {
				s.mu.Unlock()
				return sp
			}
		}
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, sp := range s.all {
		names = append(names, sp.name+" on "+sp.server)
	}
	t.Fatalf("no span of %s among these %d: %q", what, len(s.all), names)
	return span{}
}

// One trace follows an op from the socket through the transaction to the members
// of another server; the log has its ids too. Neither holds a token or a word of
// the plan.
func TestOneTraceShowsBothServers(t *testing.T) {
	traces, cache := newSpans(t), redistest.New(t)
	w := newWorldOn(t, databaseURL(t), "REDIS_URL="+cache.URL(), "OTEL_EXPORTER_OTLP_ENDPOINT="+traces.URL, "OTEL_BSP_SCHEDULE_DELAY=50",
		"PARLEY_LOG=json", "PARLEY_LOG_LEVEL=debug")
	other := start(t, append(w.env, "PARLEY_DATA="+t.TempDir())...)
	omar, _ := connect(t, w.process, w.room, w.seller, "", nil)
	dana, _ := connect(t, other, w.room, w.buyer, "", nil)

	omar.op(1, 0, title(w.milestone, "Canary of the plan"))
	omar.next("ack")
	dana.next("commits")

	op := traces.find(t, "the op", func(s span) bool { return s.name == "op" && s.attributes["parley.client"] == omar.client })
	below := func(parent span, name string) span {
		t.Helper()
		return traces.find(t, name+" below "+parent.name, func(s span) bool {
			return s.trace == op.trace && s.parent == parent.id && s.name == name
		})
	}
	commit := below(op, "commit")
	below(commit, "fan-out")
	received := below(below(commit, "publish"), "receive")
	fanOut := below(received, "fan-out")
	traces.find(t, "a query", func(s span) bool { return s.trace == op.trace && s.name == "COMMIT" && s.server == op.server })
	if commit.server != op.server || received.server == op.server || fanOut.server != received.server {
		t.Errorf("op on %s, commit on %s, receive on %s, fan-out on %s", op.server, commit.server, received.server, fanOut.server)
	}
	if lag := other.metric("parley_publish_lag_seconds_count"); lag < 1 {
		t.Errorf("%v messages were measured", lag)
	}

	w.must("POST", "/api/v1/rooms/"+w.room+"/ops", w.seller, fmt.Sprintf(
		`{"client":"5f0c2f0e-8a55-4b43-a4ef-9b8f6a1f0001","stream":"shared","seq":1,"op":{"kind":"milestone.update","id":%q,"set":{"title":"Canary of the plan"}}}`, w.milestone), nil)
	request := traces.find(t, "the request", func(s span) bool { return s.name == "POST /api/v1/rooms/{room}/ops" })
	traces.find(t, "its op", func(s span) bool { return s.name == "op" && s.parent == request.id })

	other.terminate()
	w.terminate()
	line := logged(t, w.process, "op", omar.client)
	if line["trace_id"] != op.trace || line["room"] != w.room || line["seq"] != 1.0 || line["rev"] == nil {
		t.Errorf("the log says %v", line)
	}
	for _, secret := range []string{"Canary", w.seller, w.buyer, adminKey} {
		for where, text := range map[string]string{"the log": w.process.log.String() + other.log.String(), "the traces": traces.sent.String()} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, where)
			}
		}
	}
}

// logged returns the log's record with a message and a client.
func logged(t *testing.T, p *process, message, client string) map[string]any {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(p.log.Bytes()))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		record := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			t.Fatalf("the log is not JSON: %s", lines.Text())
		}
		if record["msg"] == message && record["client"] == client {
			return record
		}
	}
	t.Fatalf("the log has no %s of %s:\n%s", message, client, p.log)
	return nil
}
