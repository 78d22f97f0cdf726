// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"io"
	"net"
	"sync"
)

// Door is a port of the loopback interface that leads to a guest. It stays the same while the guest is powered off and
// on, and turns everybody away while the guest cannot be logged in to.
type Door struct {
	listener net.Listener
	guest    func() string

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]bool
}

// NewDoor opens a door on a free port. guest is the address that it leads to at the moment, or empty.
func NewDoor(guest func() string) (*Door, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &Door{listener: listener, guest: guest, conns: map[net.Conn]bool{}}
	go d.serve()
	return d, nil
}

// Addr is where the door is.
func (d *Door) Addr() *net.TCPAddr { return d.listener.Addr().(*net.TCPAddr) }

// Close closes the door and ends all connections.
func (d *Door) Close() {
	_ = d.listener.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for conn := range d.conns {
		_ = conn.Close()
	}
}

func (d *Door) serve() {
	for {
		visitor, err := d.listener.Accept()
		if err != nil {
			return
		}
		go d.lead(visitor)
	}
}

func (d *Door) lead(visitor net.Conn) {
	defer d.leave(visitor)
	address := d.guest()
	if !d.enter(visitor) || address == "" {
		return
	}
	guest, err := net.Dial("tcp4", address)
	if err != nil {
		return
	}
	defer d.leave(guest)
	if !d.enter(guest) {
		return
	}
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{guest, visitor}, {visitor, guest}} {
		go func() {
			_, _ = io.Copy(way[0], way[1]) // either side may break it off
			_ = way[0].(*net.TCPConn).CloseWrite()
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}

// enter is false once the door is closed.
func (d *Door) enter(conn net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.conns[conn] = true
	}
	return !d.closed
}

func (d *Door) leave(conn net.Conn) {
	d.mu.Lock()
	delete(d.conns, conn)
	d.mu.Unlock()
	_ = conn.Close()
}
