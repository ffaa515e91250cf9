// Command server is Parley: the page, the API, the live socket and, unless
// DATABASE_URL says otherwise, its own PostgreSQL, in one process.
//
//	go run ./server
//
// server -h lists every flag and environment variable.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // rooms have time zones; small images have no data for them
)

// The process's exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it could not start, or went wrong
	exitConfig = 2 // the configuration is wrong
)

func main() { os.Exit(run(os.Args[1:])) }

// run is main with its exit code.
func run(args []string) int {
	cfg, err := readConfig(args, os.Stdout)
	switch {
	case errors.Is(err, errHelp):
		return exitOK
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return exitConfig
	}
	slog.SetDefault(slog.New(logHandler(cfg, os.Stderr)))
	if os.Getenv("GOGC") == "" {
		tuneGC()
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := serve(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if _, wrong := errors.AsType[configError](err); wrong {
			return exitConfig
		}
		return exitFailed
	}
	return exitOK
}
