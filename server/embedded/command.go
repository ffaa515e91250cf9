package embedded

import (
	"context"
	"os/exec"
	"path/filepath"
)

// Command returns a command for one of PostgreSQL's programs on this machine, to
// be run as the account that PostgreSQL runs as here. The error is [ErrMissing]
// when there is none.
func Command(ctx context.Context, program string, args ...string) (*exec.Cmd, error) {
	bin, err := findPrograms(ctx, "", "")
	if err != nil {
		return nil, err
	}
	// A link to postgres may stand alone; the other programs are where it leads.
	if real, err := filepath.EvalSymlinks(filepath.Join(bin, "postgres")); err == nil {
		bin = filepath.Dir(real)
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, program), args...)
	cmd.SysProcAttr = owner.attributes()
	cmd.Dir = "/"
	return cmd, nil
}

// Private makes dir, whose parent is there, a directory that the account alone
// can enter.
func Private(dir string) error {
	owner, err := unprivileged()
	if err != nil {
		return err
	}
	if err := owner.enters(filepath.Dir(dir)); err != nil {
		return err
	}
	return owner.private(dir)
}
