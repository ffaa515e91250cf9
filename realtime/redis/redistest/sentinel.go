package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Watched is a master with a replica, watched by three sentinels that make the
// replica the master when the master is gone for half a second.
type Watched struct {
	tb        testing.TB
	Master    *Server // at the start
	Replica   *Server
	sentinels []*Server
}

// watchedName is what the sentinels call their master.
const watchedName = "parley"

// NewWatched starts them all and returns once the sentinels know each other.
func NewWatched(tb testing.TB) *Watched {
	tb.Helper()
	w := &Watched{tb: tb, Master: newServer(tb, freePort(tb))}
	w.Master.Start()
	w.Replica = newServer(tb, freePort(tb), "--replicaof", fmt.Sprintf("127.0.0.1 %d", w.Master.port), "--repl-diskless-sync-delay", "0")
	w.Replica.Start()
	until(tb, "the replica follows", func() bool { return strings.Contains(w.Replica.info("replication"), "master_link_status:up") })
	for range 3 {
		w.sentinels = append(w.sentinels, w.sentinel())
	}
	until(tb, "the sentinels know each other", func() bool {
		for _, s := range w.sentinels {
			if info := s.info("sentinel"); !strings.Contains(info, "slaves=1,sentinels=3") {
				return false
			}
		}
		return true
	})
	return w
}

func (w *Watched) sentinel() *Server {
	w.tb.Helper()
	s := newServer(w.tb, freePort(w.tb))
	file := filepath.Join(s.dir, "sentinel.conf") // a sentinel writes what it learns into it
	text := strings.Join([]string{
		fmt.Sprintf("port %d", s.port), "bind 127.0.0.1", "unixsocket " + s.socket, "dir " + s.dir,
		fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 2", watchedName, w.Master.port),
		"sentinel down-after-milliseconds " + watchedName + " 500",
		"sentinel failover-timeout " + watchedName + " 3000",
	}, "\n")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.tb.Fatal(err)
	}
	s.args = []string{file, "--sentinel"}
	s.Start()
	return s
}

// URL is what a broker takes.
func (w *Watched) URL() string {
	var hosts []string
	for _, s := range w.sentinels {
		hosts = append(hosts, s.addr())
	}
	return "redis+sentinel://" + strings.Join(hosts, ",") + "/" + watchedName
}

// info returns one section of what a server says about itself.
func (s *Server) info(section string) string {
	s.tb.Helper()
	text, _ := s.do("info", section).(string)
	return text
}
