//go:build unix && !linux

package embedded

import "syscall"

// attributes start a child as the account, in a process group of its own so
// that Ctrl-C reaches the server first. Only Linux tells a child of its
// parent's death; elsewhere a survivor is found by the next start, see adopt.
func (a *account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid), Groups: []uint32{}}
	}
	return attr
}
