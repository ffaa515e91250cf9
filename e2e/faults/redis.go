package faults

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Redis is a private redis-server on a Unix socket that stores nothing: each
// start is another, empty one in the old one's place.
type Redis struct {
	socket string
	log    *os.File
	run    *process
}

func startRedis(dir, socketDir string) (*Redis, error) {
	log, err := os.Create(filepath.Join(dir, "redis.log"))
	if err != nil {
		return nil, fmt.Errorf("making the log of Redis: %w", err)
	}
	r := &Redis{socket: filepath.Join(socketDir, "redis"), log: log}
	return r, r.Start()
}

// Start runs it and returns when it answers.
func (r *Redis) Start() error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("redis-server is missing; install it with: apt install redis-server")
	}
	_ = os.Remove(r.socket) // of one that was killed
	r.run, err = launch(exec.Command(path, "--port", "0", "--unixsocket", r.socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(r.socket)), r.log)
	if err != nil {
		return err
	}
	return r.do(func(ctx context.Context, c *goredis.Client) error {
		for {
			err := c.Ping(ctx).Err()
			if err == nil || ctx.Err() != nil {
				return err
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// Kill ends it as a crash would.
func (r *Redis) Kill() { r.run.kill() }

// Pause stops it where it is; its sockets stay open.
func (r *Redis) Pause() { r.run.signal(syscall.SIGSTOP) }

// Resume lets it go on.
func (r *Redis) Resume() { r.run.signal(syscall.SIGCONT) }

// CutSubscribers closes every subscription connection from Redis' side.
func (r *Redis) CutSubscribers() error {
	return r.do(func(ctx context.Context, c *goredis.Client) error {
		return c.ClientKillByFilter(ctx, "TYPE", "pubsub").Err()
	})
}

func (r *Redis) do(f func(context.Context, *goredis.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := goredis.NewClient(&goredis.Options{Network: "unix", Addr: r.socket, MaxRetries: -1})
	defer func() { _ = c.Close() }()
	if err := f(ctx, c); err != nil {
		return fmt.Errorf("asking Redis: %w", err)
	}
	return nil
}

// dial opens a connection for a proxy.
func (r *Redis) dial() (net.Conn, error) { return net.Dial("unix", r.socket) }

func (r *Redis) close() {
	r.run.kill()
	_ = r.log.Close()
}
