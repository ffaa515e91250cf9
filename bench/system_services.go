//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// findPeers returns the folder of the peers' servers and their packages, from
// wherever in the module this runs.
func findPeers(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}
	return filepath.Join(filepath.Dir(strings.TrimSpace(string(out))), "bench", "peers"), nil
}

// database makes an empty database for p; a system that keeps nothing needs none.
func (p *peer) database(ctx context.Context, b *bench) error {
	if p.schema == "" && p.tables == "" {
		return nil
	}
	tables := p.tables
	if p.schema != "" {
		sql, err := os.ReadFile(filepath.Join(b.lab.dir, p.schema))
		if err != nil {
			return fmt.Errorf("reading the schema of %s: %w", p.name, err)
		}
		tables = string(sql)
	}
	b.databases++
	name := fmt.Sprintf("peer_%d", b.databases)
	if err := execSQL(ctx, b.server.dsn, "create database "+name); err != nil {
		return err
	}
	p.dsn = strings.Replace(b.server.dsn, "dbname=postgres", "dbname="+name, 1)
	if err := execSQL(ctx, p.dsn, tables); err != nil {
		return err
	}
	p.dbEnv = []string{"PGDATABASE=" + name}
	for _, kv := range strings.Fields(b.server.dsn) {
		key, value, _ := strings.Cut(kv, "=")
		if variable, ok := map[string]string{"host": "PGHOST", "port": "PGPORT", "user": "PGUSER"}[key]; ok {
			p.dbEnv = append(p.dbEnv, variable+"="+value)
		}
	}
	return nil
}

func execSQL(ctx context.Context, dsn, sql string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connecting to the database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("making a peer's tables: %w", err)
	}
	return nil
}

// redisURL starts a Redis without persistence on the servers' core, once.
func (b *bench) redisURL(ctx context.Context) (string, error) {
	if b.redis != nil {
		return b.redisAt, nil
	}
	addr, err := freeAddr()
	if err != nil {
		return "", err
	}
	_, port, _ := strings.Cut(addr, ":")
	b.redis = onServerCore(b.pinned, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", b.dir)
	if err := b.redis.Start(); err != nil {
		b.redis = nil
		return "", fmt.Errorf("starting redis-server: %w", err)
	}
	b.redisAt = "redis://" + addr
	for start := time.Now(); time.Since(start) < startTimeout; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp4", addr)
		if err == nil {
			return b.redisAt, conn.Close()
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", fmt.Errorf("redis-server does not listen at %s after %s", addr, startTimeout)
}

// stopRedis ends the Redis that was started, if one was.
func (b *bench) stopRedis() {
	if b.redis != nil {
		_ = b.redis.Process.Kill()
		_ = b.redis.Wait() // says that it was killed
		b.redis = nil
	}
}

// installPeers installs the peers' packages as their lock file says, unless that
// has been done.
func installPeers(ctx context.Context, dir string) error {
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("reading the peers' packages: %w", err)
	}
	stamp := filepath.Join(dir, "node_modules", ".installed") // a copy of the lock file it was done by
	if done, err := os.ReadFile(stamp); err == nil && bytes.Equal(done, lock) {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w: %s", dir, err, out)
	}
	if err := os.WriteFile(stamp, lock, 0o644); err != nil {
		return fmt.Errorf("noting what was installed: %w", err)
	}
	return nil
}

// yjsUpdates has Yjs make the updates of one editor who sets one key of a map.
func yjsUpdates(ctx context.Context, dir string, count int) (string, error) {
	cmd := exec.CommandContext(ctx, "node", "updates.js", strconv.Itoa(count), strconv.Itoa(bodySize))
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("making Yjs updates: %w", err)
	}
	return string(out), nil
}

// peerVersions says what npm has installed, and on which Node.
func peerVersions(ctx context.Context, dir string) (string, error) {
	node, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("asking for the version of node: %w", err)
	}
	redis, err := exec.CommandContext(ctx, "redis-server", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("asking for the version of redis-server: %w", err)
	}
	out, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", fmt.Errorf("reading the peers' packages: %w", err)
	}
	var list struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		return "", fmt.Errorf("reading the peers' packages: %w", err)
	}
	var named []string
	for _, name := range slices.Sorted(maps.Keys(list.Dependencies)) {
		named = append(named, name+" "+list.Dependencies[name])
	}
	_, version, _ := strings.Cut(string(redis), "v=")
	version, _, _ = strings.Cut(version, " ")
	return fmt.Sprintf("Node %s, Redis %s; %s", strings.TrimSpace(string(node)), version, strings.Join(named, ", ")), nil
}
