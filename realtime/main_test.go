package realtime

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"parley/room/postgres/pgtest"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(readerEnv); spec != "" {
		readSockets(spec)
	}
	code := pgtest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		code = 1
	}
	os.Exit(code)
}
