// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// process is a running QEMU.
type process struct {
	pid   int
	kill  func() // returns when it has ended
	ended chan struct{}
}

// spawn starts a program with sockets that lead back here. Whatever ends this process ends the program too: the kernel
// kills it.
func spawn(name string, args []string, log *os.File, sockets int) (*process, []net.Conn, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is not on this machine; Debian has it in qemu-system-x86", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var ours []net.Conn
	for range sockets {
		conn, file, err := socketPair()
		if err != nil {
			return nil, nil, err
		}
		defer file.Close()
		ours = append(ours, conn)
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	}
	p := &process{ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel means the thread that has started the program: it has to stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it has ended does not matter
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, nil, err
	}
	p.pid = cmd.Process.Pid
	p.kill = func() {
		_ = cmd.Process.Kill() // it may have ended
		<-p.ended
	}
	return p, ours, nil
}

func socketPair() (net.Conn, *os.File, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	conn, err := net.FileConn(ours) // a copy
	return conn, theirs, errors.Join(err, ours.Close())
}
