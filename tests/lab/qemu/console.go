// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"strings"
)

// readyLine is what the guest prints when people can log in. Nobody may try its SSH port before: QEMU would accept the
// connection with nobody behind it.
const readyLine = "lab-guest: ready"

// panicLine is a part of the last thing that Linux has to say.
const panicLine = "Kernel panic - not syncing"

// watchConsole reads what the guest prints, as it would stop printing otherwise. QEMU itself writes the log.
func (m *Machine) watchConsole(console net.Conn) {
	defer console.Close()
	lines := bufio.NewReader(console)
	for {
		line, _, err := lines.ReadLine() // of a line that is too long, the parts
		if err != nil {
			return
		}
		switch {
		case string(bytes.TrimSpace(line)) == readyLine:
			m.becomeReady()
		case bytes.Contains(line, []byte(panicLine)):
			m.process.kill() // it would hang for ever, with its processor busy
		}
	}
}

func (m *Machine) becomeReady() {
	m.mu.Lock()
	first := !m.booted
	m.booted = true
	if first {
		close(m.ready)
	}
	m.mu.Unlock()
	if first {
		go m.events.Ready()
	}
}

// restarted is called when the machine was reset, by anybody, and more than once for one reboot.
func (m *Machine) restarted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.booted {
		m.booted = false
		m.ready = make(chan struct{})
	}
}

// lastLine is what a program said last, for an error message.
func lastLine(path string) string {
	said, _ := os.ReadFile(path) // no file, nothing said
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return lines[len(lines)-1]
}
