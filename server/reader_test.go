package main

import (
	"net/http"
	"testing"
	"time"
)

// reader reads a room over HTTP, again and again, as a page that loads does.
type reader struct {
	t           testing.TB
	ended, done chan struct{}
	putOff      []read // owned by the goroutine until done
}

// read is one that was put off.
type read struct {
	from, to   time.Time
	retryAfter string
}

// outage is a time in which the database was away.
type outage struct{ from, to time.Time }

// readPatience is less than a read waits for the database before it is put off: 4 s
// but for the last pause, which would end later.
const readPatience = 3600 * time.Millisecond

func (w *world) reader() *reader {
	r := &reader{t: w.t, ended: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for {
			select {
			case <-r.ended:
				return
			case <-time.After(10 * time.Millisecond):
				r.read(w.url+"/api/v1/rooms/"+w.room+"/snapshot?stream=shared", w.seller)
			}
		}
	}()
	return r
}

func (r *reader) read(url, token string) {
	req, err := http.NewRequest("GET", url, http.NoBody)
	if err != nil {
		r.t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	from := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Errorf("reading over HTTP: %v", err)
		return
	}
	_ = res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusServiceUnavailable:
		r.putOff = append(r.putOff, read{from, time.Now(), res.Header.Get("Retry-After")})
	default:
		r.t.Errorf("reading over HTTP: %s", res.Status)
	}
}

// finish ends it. Every read must have had its answer but those that waited for as
// long as a read does, for a database that was away: a machine that has little time
// for it may take longer than that to start it again.
func (r *reader) finish(outages ...outage) {
	r.t.Helper()
	close(r.ended)
	<-r.done
	for _, read := range r.putOff {
		away := false
		for _, o := range outages {
			away = away || read.from.Before(o.to) && read.to.After(o.from)
		}
		if waited := read.to.Sub(read.from); !away || waited < readPatience || read.retryAfter == "" {
			r.t.Errorf("reading over HTTP: put off after %v, to come back after %q; the database was away: %v", waited, read.retryAfter, away)
		}
	}
}
