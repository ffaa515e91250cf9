package redis

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// dialTimeout and ioTimeout are set here because the library's defaults have
	// changed between its releases.
	dialTimeout = 2 * time.Second
	ioTimeout   = 2 * time.Second
	// reloadEvery is how old a client's map of a cluster may be; a MOVED renews it at once.
	reloadEvery = 10 * time.Second
)

// The forms of a Redis URL besides one server's redis://, rediss:// and unix://.
// Each has a form with TLS: rediss+sentinel, rediss+cluster.
const (
	sentinelForm = "sentinel"
	clusterForm  = "cluster"
)

// target is a Redis as its URL describes it.
type target struct {
	form     string // "" for one server
	addrs    []string
	master   string           // for sentinelForm
	sentinel url.Values       // the parameters of the sentinels themselves
	server   *goredis.Options // what holds for every server
}

// connect returns a client of the Redis that raw names, and how many lanes it gets.
func connect(raw string) (goredis.UniversalClient, int, error) {
	t, err := parse(raw)
	if err != nil {
		return nil, 0, err
	}
	o := t.server
	switch t.form {
	case clusterForm:
		return goredis.NewClusterClient(&goredis.ClusterOptions{
			Addrs: t.addrs, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
			Protocol: o.Protocol, DisableIdentity: true, ContextTimeoutEnabled: true, DialerRetries: 1, MaxRetries: -1,
			DialTimeout: dialTimeout, ReadTimeout: ioTimeout, WriteTimeout: ioTimeout, ClusterStateReloadInterval: reloadEvery,
		}), partitions, nil
	case sentinelForm:
		return goredis.NewFailoverClient(&goredis.FailoverOptions{
			SentinelAddrs: t.addrs, MasterName: t.master,
			SentinelUsername: t.sentinel.Get("sentinel_username"), SentinelPassword: t.sentinel.Get("sentinel_password"),
			Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig,
			Protocol: o.Protocol, DisableIdentity: true, ContextTimeoutEnabled: true, DialerRetries: 1, MaxRetries: -1,
			DialTimeout: dialTimeout, ReadTimeout: ioTimeout, WriteTimeout: ioTimeout,
		}), standaloneLanes, nil
	default:
		return goredis.NewClient(o), standaloneLanes, nil
	}
}

// parse reads a Redis URL. The error completes the sentence "it …".
func parse(raw string) (target, error) {
	if strings.Count(raw, "://") > 1 {
		return parseList(raw)
	}
	scheme, rest, found := strings.Cut(strings.TrimSpace(raw), "://")
	if !found || rest == "" {
		return target{}, errors.New("is not a URL, as in redis://user:password@host:6379/0")
	}
	base, form, _ := strings.Cut(scheme, "+")
	switch {
	case base != "redis" && base != "rediss" && (base != "unix" || form != ""):
		return target{}, fmt.Errorf("has the scheme %q, but must have redis, rediss, unix, redis+sentinel or redis+cluster", scheme)
	case form == "" && strings.Contains(hostsOf(rest), ","):
		return target{}, errors.New("names several hosts; say redis+cluster:// or redis+sentinel:// for what they are")
	case form == "":
		o, err := options(raw)
		return target{server: o}, err
	case form == clusterForm:
		return parseCluster(base, rest)
	case form == sentinelForm:
		return parseSentinel(base, rest)
	default:
		return target{}, fmt.Errorf("has the scheme %q, but must have redis, rediss, unix, redis+sentinel or redis+cluster", scheme)
	}
}

// parseList reads several URLs of one server each, separated by commas: the
// nodes of a cluster.
func parseList(raw string) (target, error) {
	t := target{form: clusterForm}
	for _, one := range strings.Split(raw, ",") {
		o, err := options(strings.TrimSpace(one))
		switch {
		case err != nil:
			return target{}, err
		case o.Network == "unix":
			return target{}, errors.New("lists a socket, but a cluster's nodes are reached by host and port")
		case o.DB != 0:
			return target{}, errors.New("names a database, but a cluster has only database 0")
		}
		t.addrs = append(t.addrs, o.Addr)
		if t.server == nil {
			t.server = o
		}
	}
	return t, nil
}

func parseCluster(base, rest string) (target, error) {
	o, addrs, err := optionsOfList(base, rest, "6379")
	if err != nil {
		return target{}, err
	}
	if o.DB != 0 {
		return target{}, errors.New("names a database, but a cluster has only database 0")
	}
	return target{form: clusterForm, addrs: addrs, server: o}, nil
}

// parseSentinel reads user:password@host,host/master/db. User and password are
// those of Redis itself; the sentinels' own are parameters.
func parseSentinel(base, rest string) (target, error) {
	rest, query, _ := strings.Cut(rest, "?")
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return target{}, errors.New("has parameters that cannot be read")
	}
	for name := range parameters {
		if name != "sentinel_username" && name != "sentinel_password" {
			return target{}, fmt.Errorf("has the parameter %q, but takes only sentinel_username and sentinel_password", name)
		}
	}
	hosts, path, _ := strings.Cut(rest, "/")
	master, db, _ := strings.Cut(path, "/")
	if master == "" {
		return target{}, errors.New("must name the master behind the hosts, as in redis+sentinel://host:26379/mymaster")
	}
	o, addrs, err := optionsOfList(base, hosts+"/"+db, "26379")
	if err != nil {
		return target{}, err
	}
	return target{form: sentinelForm, addrs: addrs, master: master, sentinel: parameters, server: o}, nil
}

// optionsOfList reads user:password@host,host/db.
func optionsOfList(base, rest, port string) (*goredis.Options, []string, error) {
	hosts := hostsOf(rest)
	first, _, _ := strings.Cut(hosts, ",")
	o, err := options(base + "://" + strings.Replace(rest, hosts, first, 1))
	if err != nil {
		return nil, nil, err
	}
	var addrs []string
	for _, host := range strings.Split(hosts, ",") {
		u, err := url.Parse("redis://" + strings.TrimSpace(host))
		if err != nil || u.Hostname() == "" {
			return nil, nil, fmt.Errorf("has %q where a host and a port belong", host)
		}
		at := u.Port()
		if at == "" {
			at = port
		}
		addrs = append(addrs, net.JoinHostPort(u.Hostname(), at))
	}
	return o, addrs, nil
}

// hostsOf returns the part of user:password@hosts/path?query that names hosts.
func hostsOf(rest string) string {
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest[strings.LastIndex(rest, "@")+1:]
}

// options reads one server's URL.
func options(raw string) (*goredis.Options, error) {
	o, err := goredis.ParseURL(raw)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(reasonOf(err), "redis: "))
	}
	// RESP2: pub/sub over RESP3 has lost and hung on push messages (go-redis #3839, #3935).
	o.Protocol, o.DisableIdentity = 2, true
	// Without this a context does not end a read, and a Redis that is silent would
	// hold a publish for ioTimeout instead of publishTimeout.
	o.ContextTimeoutEnabled = true
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = dialTimeout, ioTimeout, ioTimeout
	o.DialerRetries = 1
	o.MaxRetries = -1 // a message that failed is found in the log, not sent late
	return o, nil
}

// reasonOf leaves out the URL that [url.Error] repeats: it may hold a password.
func reasonOf(err error) string {
	if parsing, ok := errors.AsType[*url.Error](err); ok {
		return "cannot be read: " + parsing.Err.Error()
	}
	return err.Error()
}
