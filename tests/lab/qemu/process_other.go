// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

//go:build !linux

package qemu

import (
	"errors"
	"net"
	"os"
)

type process struct {
	pid   int
	kill  func()
	ended chan struct{}
}

// spawn needs a kernel that ends a program together with the one that has started it.
func spawn(string, []string, *os.File, int) (*process, []net.Conn, error) {
	return nil, nil, errors.New("guests can run on Linux only")
}
