package faults

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// The witnesses stand beside the clients: they look acknowledged ops up, read
// metrics, watch the machine and read rooms over HTTP.

// asked is an ack to be looked up in PostgreSQL.
type asked struct {
	client *Client
	event  Event
}

// audit has an ack looked up at once, or not, when the one before is not done.
func (w *World) audit(c *Client, ack Event) {
	select {
	case w.acks <- asked{c, ack}:
	default:
	}
}

// watchAcks looks acknowledged ops up right after their ack, past the proxies
// (I5). Where PostgreSQL does not answer it has no opinion.
func (w *World) watchAcks(ctx context.Context) {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close(context.Background())
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-w.acks:
			var err error
			if conn == nil {
				connecting, cancel := context.WithTimeout(ctx, time.Second)
				conn, err = pgx.Connect(connecting, w.auditDSN)
				cancel()
				if err != nil {
					conn = nil
					continue
				}
			}
			var there bool
			err = conn.QueryRow(ctx, `select exists (select from activity where room_id = $1 and stream = $2 and rev = $3 and client = $4 and seq = $5)`,
				a.client.room.ID, a.event.S, a.event.Rev, a.client.uuid, a.event.Seq).Scan(&there)
			if err != nil {
				_ = conn.Close(context.Background())
				conn = nil
				continue
			}
			e := Event{Kind: KindAudit, C: a.client.id, S: a.event.S, Seq: a.event.Seq, Rev: a.event.Rev}
			if there {
				e.N = 1
			}
			w.rec.Write(e)
		}
	}
}

// kept are the metrics that a history has.
var kept = []string{
	"go_goroutines", "go_memstats_heap_inuse_bytes", "process_resident_memory_bytes", "parley_sockets", "parley_rooms",
	"parley_commit_queue", "parley_window_bytes", "parley_session_panics_total",
}

// watchMetrics reads every server's metrics, past the proxies.
func (w *World) watchMetrics(ctx context.Context) {
	for every(ctx, 500*time.Millisecond) {
		for _, s := range w.Servers {
			if m, err := s.metrics(ctx); err == nil { // it is down, or stopped
				w.rec.Write(Event{Kind: KindMetrics, Sv: s.id, Metrics: m})
			}
		}
	}
}

func (s *Server) metrics(ctx context.Context) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := plainHTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	out := map[string]float64{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if contains(kept, name) {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				out[name] = v
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("server %d shows no metrics: %s", s.id, resp.Status)
	}
	return out, nil
}

// What counts as the machine's own delay, and how often it is looked for.
const stallEvery, stallFrom = 20 * time.Millisecond, 60 * time.Millisecond

// watchMachine writes down when the machine was late: what it delays is not
// the servers' fault.
func (w *World) watchMachine(ctx context.Context) {
	last := time.Now()
	for every(ctx, stallEvery) {
		late := time.Since(last) - stallEvery
		last = time.Now()
		if late > stallFrom {
			w.rec.Write(Event{Kind: KindStall, Rev: int64(late)})
		}
	}
}

// watchHTTP reads rooms as each side does, and as each must not (I11).
func (w *World) watchHTTP(ctx context.Context) {
	for i := 0; every(ctx, 300*time.Millisecond); i++ {
		c := w.clients[i%len(w.clients)]
		base := "http://" + w.fronts[i%len(w.fronts)].Addr() + "/api/v1/rooms/" + c.room.ID
		for _, path := range []string{"", "/activity?stream=shared&limit=500", "/activity?stream=seller", "/activity?stream=buyer", "/snapshot?stream=seller", "/snapshot?stream=buyer"} {
			_, stream, private := strings.Cut(path, "stream=")
			reading, cancel := context.WithTimeout(ctx, 2*time.Second)
			status, body, err := request(reading, http.MethodGet, base+path, c.token, nil)
			cancel()
			if err != nil {
				continue // a fault
			}
			where := "GET " + path
			c.scan(body, where)
			if private && status == http.StatusOK && stream != c.side && !strings.HasPrefix(stream, "shared") {
				c.w.rec.Write(Event{Kind: KindLeak, C: c.id, Note: where + " is answered"})
			}
		}
	}
}

// every waits; it is false when ctx has ended.
func every(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
