package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"parley/client"
	"parley/migrations"
	"parley/realtime"
	"parley/realtime/redis"
	"parley/room"
	"parley/room/postgres"
	"parley/server/oidc"
	"parley/server/updates"
	"parley/server/web"
)

// How the HTTP server bounds a caller. A socket is hijacked, which lifts them.
const (
	headerTimeout = 5 * time.Second  // from the first byte to the end of the headers
	readTimeout   = 30 * time.Second // and the body: 64 KiB, on a phone
	writeTimeout  = 60 * time.Second // and the answer: a snapshot, on a phone
	idleTimeout   = 2 * time.Minute  // between two requests
	maxHeader     = 16 << 10
)

// app is what a running server consists of, in start order.
type app struct {
	cfg      config
	listener net.Listener
	origins  []string // what a browser may say it comes from
	db       *database
	store    postgres.Steady
	redis    *redis.Broker // nil for one server
	hub      *realtime.Hub
	mails    *mails
	oidc     *oidc.Provider // nil for none
	http     *http.Server
	metrics  *prometheus.Registry
	tracing  *tracing // nil for none
	draining atomic.Bool
	serving  atomic.Bool // requests were taken
	hubDone  chan error  // capacity 1: what Hub.Run returned
	hubStop  context.CancelFunc
}

// serve starts everything, serves until ctx ends, and stops everything in the
// reverse order. The error is a sentence for the person at the terminal.
func serve(ctx context.Context, cfg config) error {
	a := &app{cfg: cfg, metrics: prometheus.NewRegistry(), hubDone: make(chan error, 1)}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	defer a.stop()
	if err := a.listen(); err != nil {
		return err
	}
	if err := a.trace(ctx); err != nil {
		return err
	}
	if err := a.identify(ctx); err != nil {
		return err
	}
	workspace, err := a.open(ctx)
	if err != nil {
		return startError(ctx, err)
	}
	if err := a.live(); err != nil {
		return err
	}
	if err := a.post(); err != nil {
		return err
	}
	if err := a.serveHTTP(workspace); err != nil {
		return err
	}
	links, err := a.demo(ctx, workspace)
	if err != nil {
		return startError(ctx, err)
	}
	printBanner(a.cfg, links)
	return a.wait(ctx)
}

// startError is nil when the start was broken off by a signal.
func startError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// listen takes the address first: it tells at once when it is taken, and the
// port is known where 0 asked for any.
func (a *app) listen() error {
	l, err := net.Listen("tcp", a.cfg.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on PARLEY_ADDR %s: %w", a.cfg.Addr, err)
	}
	a.listener = l
	a.origins = []string{a.cfg.PublicURL}
	if a.cfg.PublicURL == "" {
		a.origins = originsOf(l.Addr().(*net.TCPAddr))
		a.cfg.PublicURL = a.origins[0]
	}
	return nil
}

// originsOf are the ways a browser on this machine reaches the address, the one
// that links are made with first.
func originsOf(addr *net.TCPAddr) []string {
	hosts := []string{addr.IP.String()}
	switch {
	case addr.IP.IsUnspecified():
		hosts = []string{"localhost", "127.0.0.1", "::1"}
	case addr.IP.IsLoopback():
		hosts = append(hosts, "localhost")
	}
	var origins []string
	for _, host := range hosts {
		origins = append(origins, "http://"+net.JoinHostPort(host, fmt.Sprint(addr.Port)))
	}
	return origins
}

// open brings up the database and returns the workspace that is served.
func (a *app) open(ctx context.Context) (room.WorkspaceID, error) {
	db, err := openDatabase(ctx, a.cfg, a.tracing.queries()...)
	if err != nil {
		return "", err
	}
	a.db = db
	if err := migrations.Up(ctx, db.pool); err != nil {
		return "", fmt.Errorf("cannot bring the database up to date: %w", err)
	}
	db.pool.Reset() // what was opened before may lack the role that a migration made
	a.metrics.MustRegister(poolMetrics{db.pool})
	a.store = postgres.NewSteady(postgres.New(db.pool))
	a.metrics.MustRegister(clockAhead(a.store.ClockAhead))
	if err := a.walled(ctx); err != nil {
		return "", err
	}
	workspace, err := a.store.EnsureWorkspace(ctx, room.Unnamed)
	if err == nil && a.cfg.Owner != "" {
		_, err = a.store.EnsureOwner(ctx, workspace, a.cfg.Owner, "")
	}
	return workspace, err
}

// walled says in the log when nothing but the where clauses is between workspaces.
func (a *app) walled(ctx context.Context) error {
	walled, err := a.store.Walled(ctx)
	if err == nil && !walled {
		slog.Warn("row-level security does not hold for the database role of DATABASE_URL: grant it parley_app, or take BYPASSRLS from it")
	}
	return err
}

// live starts the hub, on Redis where other servers share the database.
func (a *app) live() error {
	var broker realtime.Broker = realtime.NewMemoryBroker()
	if a.cfg.RedisURL != "" {
		over, err := redis.New(a.cfg.RedisURL, slog.Default())
		if err != nil {
			return fmt.Errorf("cannot use REDIS_URL: %w", err)
		}
		a.redis, broker = over, over
		a.metrics.MustRegister(over)
	}
	a.hub = realtime.NewHub(a.store, broker, realtime.Options{
		Origins: a.origins, OpsPerSecond: float64(a.cfg.OpsPerSecond), Tracer: a.tracing.tracer(),
	})
	a.metrics.MustRegister(a.hub)
	ctx, cancel := context.WithCancel(context.Background()) // ends after the drain, not with the signal
	a.hubStop = cancel
	go func() { a.hubDone <- a.hub.Run(ctx) }()
	return nil
}

func (a *app) serveHTTP(workspace room.WorkspaceID) error {
	handler, err := web.New(web.Options{
		Store: a.store, Hub: a.hub, Workspace: workspace, AdminKey: a.cfg.AdminKey, PublicURL: a.cfg.PublicURL,
		Signup: a.cfg.Signup, Proxies: a.cfg.Proxies,
		OpsPerSecond: a.cfg.OpsPerSecond, Files: client.Files(), Ready: a.ready, Metrics: a.metrics, Tracer: a.tracing.tracer(),
		Mail: a.mails, KeptMails: a.mails.kept, OIDC: a.oidc,
	})
	if err != nil {
		return err
	}
	scoped := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(postgres.Scope(r.Context())))
	})
	a.http = &http.Server{
		Handler: scoped, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	return nil
}

// ready returns why this server should get no requests.
func (a *app) ready(ctx context.Context) error {
	if a.draining.Load() {
		return errors.New("the server is stopping")
	}
	return a.db.pool.Ping(ctx)
}

// wait serves until ctx ends or something that must not end does.
func (a *app) wait(ctx context.Context) error {
	defer a.tell(ctx)()
	defer a.prune(ctx)()
	served := make(chan error, 1)
	a.serving.Store(true)
	go func() { served <- a.http.Serve(a.listener) }()
	select {
	case <-ctx.Done():
		slog.Info("stopping")
		return nil
	case err := <-served:
		return fmt.Errorf("the HTTP server ended: %w", err)
	case err := <-a.hubDone:
		a.hubDone <- err
		return fmt.Errorf("the hub ended: %w", err)
	case <-a.db.ended:
		return errors.New("the embedded PostgreSQL has ended; start the server again")
	}
}

// tell begins to tell by mail what changed, and returns what ends it.
func (a *app) tell(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	sender := updates.Sender{Store: a.store, Mail: a.mails, PublicURL: a.cfg.PublicURL}
	go func() { sender.Run(ctx); close(ended) }()
	return func() { cancel(); <-ended }
}

// clockAhead shows by how much this machine's clock is wrong.
func clockAhead(by func() time.Duration) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_clock_ahead_seconds", Help: "By how much the wall clock is ahead of the database's, looked at every minute.",
	}, func() float64 { return by().Seconds() })
}

// poolMetrics shows the connection pool.
type poolMetrics struct{ pool *pgxpool.Pool }

var (
	poolConns  = prometheus.NewDesc("parley_db_connections", "Connections of the pool by state.", []string{"state"}, nil)
	poolWaited = prometheus.NewDesc("parley_db_wait_seconds_total", "Time that acquires waited for a connection.", nil, nil)
	poolWaits  = prometheus.NewDesc("parley_db_waits_total", "Acquires that had to wait for a connection.", nil, nil)
)

// Describe names the metrics.
func (p poolMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- poolConns
	ch <- poolWaits
	ch <- poolWaited
}

// Collect reads the pool.
func (p poolMetrics) Collect(ch chan<- prometheus.Metric) {
	s := p.pool.Stat()
	for state, n := range map[string]int32{"used": s.AcquiredConns(), "idle": s.IdleConns(), "max": s.MaxConns()} {
		ch <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(n), state)
	}
	ch <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(s.EmptyAcquireCount()))
	ch <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds())
}
