package redis

import (
	"slices"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

func TestURLForms(t *testing.T) {
	tests := map[string]struct {
		url    string
		form   string
		addrs  []string
		master string
		user   string
		db     int
		tls    bool
	}{
		"one server":             {url: "redis://ann:secret@cache:6379/2", user: "ann", db: 2},
		"one server with TLS":    {url: "rediss://cache:6379", tls: true},
		"a socket":               {url: "unix:///run/redis.sock"},
		"sentinels":              {url: "redis+sentinel://ann:se@cret@a:1,b/main/3", form: sentinelForm, addrs: []string{"a:1", "b:26379"}, master: "main", user: "ann", db: 3},
		"sentinels with TLS":     {url: "rediss+sentinel://a:1/main", form: sentinelForm, addrs: []string{"a:1"}, master: "main", tls: true},
		"sentinels' own secret":  {url: "redis+sentinel://a:1/main?sentinel_password=x", form: sentinelForm, addrs: []string{"a:1"}, master: "main"},
		"a cluster":              {url: "redis+cluster://ann:secret@a:1,b:2,c", form: clusterForm, addrs: []string{"a:1", "b:2", "c:6379"}, user: "ann"},
		"one node of a cluster":  {url: "redis+cluster://a:1", form: clusterForm, addrs: []string{"a:1"}},
		"a cluster with TLS":     {url: "rediss+cluster://a:1,[::1]:2", form: clusterForm, addrs: []string{"a:1", "[::1]:2"}, tls: true},
		"a cluster as many URLs": {url: "redis://a:1, redis://b:2", form: clusterForm, addrs: []string{"a:1", "b:2"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			o := got.server
			if got.form != tt.form || !slices.Equal(got.addrs, tt.addrs) || got.master != tt.master ||
				o.Username != tt.user || o.DB != tt.db || (o.TLSConfig != nil) != tt.tls {
				t.Errorf("%+v, server %+v", got, o)
			}
			if o.Protocol != 2 || !o.ContextTimeoutEnabled || o.MaxRetries != -1 {
				t.Errorf("server %+v", o)
			}
		})
	}
}

// Each is told in one sentence that does not repeat the password.
func TestBadURL(t *testing.T) {
	tests := map[string]struct{ url, want string }{
		"nothing":                      {"", "is not a URL"},
		"no URL":                       {"cache:6379", "is not a URL"},
		"another scheme":               {"http://:hunter2@cache", `has the scheme "http"`},
		"another form":                 {"redis+ring://cache", `has the scheme "redis+ring"`},
		"a socket with a form":         {"unix+cluster:///run/redis.sock", `has the scheme "unix+cluster"`},
		"many hosts of what":           {"redis://:hunter2@a:1,b:2", "names several hosts"},
		"a database that is no number": {"redis://:hunter2@cache/main", "invalid database number"},
		"an unknown parameter":         {"redis://cache?tls=yes", "unexpected option"},
		"a port that is none":          {"redis://:hunter2@cache:port", "invalid port"},
		"sentinels without a master":   {"redis+sentinel://:hunter2@a:1,b:2", "must name the master"},
		"sentinels with parameters":    {"redis+sentinel://a:1/main?db=3", `has the parameter "db"`},
		"a database of a cluster":      {"redis+cluster://:hunter2@a:1/3", "only database 0"},
		"a hole in the list":           {"redis+cluster://a:1,,b:2", "where a host and a port belong"},
		"a socket in a list":           {"redis://a:1,unix:///run/redis.sock", "lists a socket"},
		"a database in a list":         {"redis://a:1/1,redis://b:2/1", "only database 0"},
		"nonsense in a list":           {"redis://a:1,http://b", "scheme"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := Check(tt.url)
			if err == nil {
				t.Fatal("it was accepted")
			}
			if got := err.Error(); !strings.Contains(got, tt.want) || strings.Contains(got, "hunter2") || strings.Contains(got, "\n") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEveryFormConnects(t *testing.T) {
	for url, want := range map[string]int{
		"redis://a:1": standaloneLanes, "redis+sentinel://a:1/main": standaloneLanes, "redis+cluster://a:1": partitions,
	} {
		client, lanes, err := connect(url)
		if err != nil || lanes != want {
			t.Errorf("%s: %d lanes, %v", url, lanes, err)
			continue
		}
		if _, isCluster := client.(*goredis.ClusterClient); isCluster != (want == partitions) {
			t.Errorf("%s: %T", url, client)
		}
		_ = client.Close()
	}
}
