//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// The signals that end a postmaster.
const (
	fastShutdown      = syscall.SIGINT
	immediateShutdown = syscall.SIGQUIT
)

// lockDirectory takes the directory for this process. The lock ends with it.
func lockDirectory(dir string) (*os.File, error) {
	path := filepath.Join(dir, "server.lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return f, nil
}

// account is who PostgreSQL runs as: nil for this process's own user.
type account struct{ uid, gid int }

// unprivileged returns the account to drop to, for PostgreSQL refuses root.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return &account{uid, gid}, nil
		}
	}
	return nil, errors.New("this is root, and there is no user postgres or nobody to run PostgreSQL as")
}

// enters makes sure that the account can reach dir. The data directory itself
// may be opened for passing through, what is above it is not ours to change.
func (a *account) enters(dir string) error {
	if a == nil {
		return nil
	}
	const pass = 0o001
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		switch {
		case info.Mode().Perm()&pass != 0:
		case at == dir:
			if err := os.Chmod(at, info.Mode().Perm()|0o011); err != nil {
				return err
			}
		default:
			return fmt.Errorf("this is root, and the user PostgreSQL runs as cannot enter %s: set PARLEY_DATA to a directory outside it", at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// private makes dir a directory that the account alone can enter. The temporary
// directory is everybody's: what somebody else put there first is not used.
func (a *account) private(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	mine := owner == os.Geteuid() || a != nil && owner == a.uid
	if !info.IsDir() || !mine {
		return fmt.Errorf("%s is there already and is not a directory of the server's own: remove it", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil || a == nil {
		return err
	}
	return os.Chown(dir, a.uid, a.gid)
}

// watch starts cmd and closes ended when it has ended. The kernel ties a
// child's parent-death signal to the thread that made it, so the thread is kept.
func (s *Server) watch(cmd *exec.Cmd, ended chan struct{}, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		close(ended)
		started <- err
		return
	}
	started <- nil
	_ = cmd.Wait() // its last words are in the output
	close(ended)
}
