package embedded

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	fetcher "github.com/fergusstrange/embedded-postgres"
)

// places are where packages put PostgreSQL's programs.
var places = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
}

// oldest is the first major version that Parley runs on.
const oldest = 15

// findPrograms returns the directory of PostgreSQL's programs of the given
// major version, or the newest for "". It looks on the machine, then among
// earlier downloads, then downloads into fetch.
func findPrograms(ctx context.Context, version, fetch string) (string, error) {
	return choose(ctx, candidates(fetch), version, fetch)
}

func choose(ctx context.Context, dirs []string, version, fetch string) (string, error) {
	best, bestMajor := "", 0
	for _, dir := range dirs {
		found := major(dir)
		n, _ := strconv.Atoi(found)
		if version != "" && found == version {
			return dir, nil
		}
		if version == "" && n >= oldest && n > bestMajor {
			best, bestMajor = dir, n
		}
	}
	if best != "" {
		return best, nil
	}
	if version != "" && version != fetchMajor {
		return "", fmt.Errorf("the data is of PostgreSQL %s, which this machine does not have: install that version", version)
	}
	if fetch == "" || ctx.Err() != nil {
		return "", ErrMissing
	}
	if err := download(fetch); err != nil {
		return "", fmt.Errorf("%w (downloading it failed: %w)", ErrMissing, err)
	}
	return filepath.Join(fetch, "bin"), nil
}

// candidates lists the directories that hold both initdb and postgres.
func candidates(fetch string) []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range places {
		found, _ := filepath.Glob(pattern) // the patterns are constant and well formed
		dirs = append(dirs, found...)
	}
	if fetch != "" {
		dirs = append(dirs, filepath.Join(fetch, "bin"))
	}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		for _, program := range []string{"initdb", "postgres"} {
			if _, err := os.Stat(filepath.Join(dir, program)); err != nil {
				return true
			}
		}
		return false
	})
}

// fetchMajor is the version that is downloaded.
const fetchMajor = "17"

// download puts PostgreSQL's programs into dir. The library can only do so by
// starting one, which is thrown away; as root it fails after unpacking, which
// is enough.
func download(dir string) error {
	scratch, err := os.MkdirTemp("", "parley-fetch-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	config := fetcher.DefaultConfig().Version(fetcher.V17).Logger(io.Discard).
		BinariesPath(dir).RuntimePath(filepath.Join(scratch, "run")).DataPath(filepath.Join(scratch, "data")).CachePath(scratch).Port(15433)
	postgres := fetcher.NewDatabase(config)
	if err = postgres.Start(); err == nil {
		err = postgres.Stop()
	}
	if _, missing := os.Stat(filepath.Join(dir, "bin", "initdb")); missing == nil {
		return nil
	}
	return err
}
