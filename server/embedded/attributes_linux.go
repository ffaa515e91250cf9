package embedded

import "syscall"

// attributes start a child as the account, in a process group of its own so
// that Ctrl-C reaches the server first, and shut it down when the server dies.
func (a *account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: fastShutdown}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid), Groups: []uint32{}}
	}
	return attr
}
