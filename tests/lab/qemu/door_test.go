// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
)

func TestDoor(t *testing.T) {
	guest, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer guest.Close()
	go func() {
		for {
			conn, err := guest.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	var address atomic.Value
	address.Store("")
	door, err := NewDoor(func() string { return address.Load().(string) })
	if err != nil {
		t.Fatal(err)
	}
	if got := say(t, door, "early"); got != "" {
		t.Errorf("somebody answered %q before the guest was ready", got)
	}
	address.Store(guest.Addr().String())
	if got := say(t, door, "hello"); got != "hello" {
		t.Errorf("the guest answered %q", got)
	}
	conn, err := net.Dial("tcp4", door.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	door.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlives the door")
	}
	if _, err := net.Dial("tcp4", door.Addr().String()); err == nil {
		t.Error("a closed door lets people in")
	}
}

// say sends text to whoever is behind a door and returns the answer.
func say(t *testing.T, door *Door, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp4", door.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, text)
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(conn) // a reset is no answer
	return string(answer)
}
