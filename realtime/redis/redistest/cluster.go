package redistest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// slots is how many hash slots a cluster has.
const slots = 16384

// Cluster is three masters that share the slots, and a replica of the first.
type Cluster struct {
	tb      testing.TB
	Masters []*Server
	Replica *Server
	buses   map[*Server]int
}

// NewCluster starts the nodes and returns once every slot is served.
func NewCluster(tb testing.TB) *Cluster {
	tb.Helper()
	c := &Cluster{tb: tb, buses: map[*Server]int{}}
	for range 3 {
		c.Masters = append(c.Masters, c.node())
	}
	c.Replica = c.node()
	for i, m := range c.Masters {
		m.do("cluster", "addslotsrange", i*slots/3, (i+1)*slots/3-1)
		m.do("cluster", "set-config-epoch", i+1)
	}
	for _, n := range append(c.Masters[1:3:3], c.Replica) {
		n.do("cluster", "meet", "127.0.0.1", c.Masters[0].port, c.buses[c.Masters[0]])
	}
	until(tb, "the nodes know each other", func() bool {
		for _, n := range c.nodes() {
			if !strings.Contains(n.clusterInfo(), "cluster_known_nodes:4") {
				return false
			}
		}
		return true
	})
	until(tb, "the replica knows its master", func() bool { return c.replicate() })
	until(tb, "the cluster serves every slot, with a replica", func() bool {
		for _, n := range c.nodes() {
			if !strings.Contains(n.clusterInfo(), "cluster_state:ok") {
				return false
			}
		}
		return strings.Contains(c.Replica.info("replication"), "master_link_status:up") &&
			strings.Contains(c.Masters[1].clusterNodes(), " slave "+c.Masters[0].id())
	})
	return c
}

func (c *Cluster) node() *Server {
	c.tb.Helper()
	bus := freePort(c.tb)
	s := newServer(c.tb, freePort(c.tb), "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
		"--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no", "--cluster-port", strconv.Itoa(bus),
		"--repl-diskless-sync-delay", "0")
	c.buses[s] = bus
	s.Start()
	return s
}

func (c *Cluster) replicate() bool {
	client := c.Replica.client()
	defer func() { _ = client.Close() }()
	return client.ClusterReplicate(c.tb.Context(), c.Masters[0].id()).Err() == nil
}

func (c *Cluster) nodes() []*Server { return append(c.Masters[:3:3], c.Replica) }

// URL is what a broker takes.
func (c *Cluster) URL() string {
	var hosts []string
	for _, m := range c.Masters {
		hosts = append(hosts, m.addr())
	}
	return "redis+cluster://" + strings.Join(hosts, ",")
}

// Keys returns how many keys there are on all nodes.
func (c *Cluster) Keys() (n int) {
	for _, m := range c.Masters {
		n += m.Keys()
	}
	return n
}

// Move gives a slot to another master, and returns which.
func (c *Cluster) Move(slot int) *Server {
	c.tb.Helper()
	at := share(slot)
	from, to := c.Masters[at], c.Masters[(at+1)%3]
	to.do("cluster", "setslot", slot, "importing", from.id())
	from.do("cluster", "setslot", slot, "migrating", to.id())
	for _, m := range []*Server{to, from, c.Masters[(at+2)%3]} {
		m.do("cluster", "setslot", slot, "node", to.id())
	}
	return to
}

// Slot returns the slot of a channel.
func (c *Cluster) Slot(channel string) int {
	c.tb.Helper()
	n, _ := c.Masters[0].do("cluster", "keyslot", channel).(int64)
	return int(n)
}

// Owner returns the master that served a slot at the start.
func (c *Cluster) Owner(slot int) *Server { return c.Masters[share(slot)] }

// share returns which master gets a slot at the start.
func share(slot int) int {
	for i := range 2 {
		if slot < (i+1)*slots/3 {
			return i
		}
	}
	return 2
}

func (s *Server) id() string { return fmt.Sprint(s.do("cluster", "myid")) }

func (s *Server) clusterInfo() string { return fmt.Sprint(s.do("cluster", "info")) }

func (s *Server) clusterNodes() string { return fmt.Sprint(s.do("cluster", "nodes")) }
