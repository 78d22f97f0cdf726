// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package pci has addresses of PCI devices, and the entries of passthrough devices in VMs as ESXi makes them.
package pci

import "fmt"

// ClassNVMe is the PCI class of NVMe controllers (requirement L5).
const ClassNVMe = 0x0108

// ParseAddress splits an SBDF address (0000:d9:00.0).
func ParseAddress(address string) (segment, bus, slot, function int) {
	if n, err := fmt.Sscanf(address, "%x:%x:%x.%x", &segment, &bus, &slot, &function); n != 4 || err != nil {
		return -1, -1, -1, -1
	}
	return segment, bus, slot, function
}

// ValidAddress says whether an address is written as servers write it.
func ValidAddress(address string) bool {
	s, b, d, f := ParseAddress(address)
	return s >= 0 && address == fmt.Sprintf("%04x:%02x:%02x.%x", s, b, d, f)
}

// VMXAddress is an address as messages about devices have it: the bus in decimal, 0000:d9:00.0 is 217:0.0.
func VMXAddress(address string) string {
	_, bus, slot, function := ParseAddress(address)
	return fmt.Sprintf("%d:%d.%d", bus, slot, function)
}
