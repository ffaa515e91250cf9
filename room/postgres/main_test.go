package postgres_test

import (
	"os"
	"testing"

	"parley/room/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
