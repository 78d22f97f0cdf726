// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// registers reads and writes the memory and the I/O ports of the emulated machine, by QEMU's qtest protocol: a line
// there, a line back.
type registers struct {
	conn net.Conn

	mu    sync.Mutex
	lines *bufio.Reader
}

// command sends one line and returns the value in the answer, or 0 if it has none.
func (r *registers) command(format string, args ...any) (uint32, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lines == nil {
		r.lines = bufio.NewReader(r.conn)
	}
	if err := r.conn.SetDeadline(time.Now().Add(commandTimeout)); err != nil {
		return 0, err
	}
	line := fmt.Sprintf(format, args...)
	if _, err := fmt.Fprintln(r.conn, line); err != nil {
		return 0, err
	}
	answer, err := r.lines.ReadString('\n')
	if err != nil {
		return 0, err
	}
	status, number, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if status != "OK" {
		return 0, fmt.Errorf("QEMU answered %q to %q", answer, line)
	}
	var value uint32
	if number != "" {
		_, err = fmt.Sscanf(number, "0x%x", &value)
	}
	return value, err
}

// The PCI configuration space in memory, where the firmware of the q35 machine puts it.
const configSpace = 0xb0000000

// configAddress is where a register of a device on the machine's own PCI bus is.
func configAddress(device, register int) int { return configSpace + device<<15 + register }

// PCI capabilities (PCI Local Bus Specification 3.0, 6.7): a list that starts at 0x34, of ids and next pointers.
const (
	capabilityList = 0x34
	expressID      = 0x10
)

// slotRegister finds a register of the PCI Express capability of a root port.
func (r *registers) slotRegister(port, register int) (int, error) {
	at, err := r.command("readb %#x", configAddress(port, capabilityList))
	for at != 0 && err == nil {
		var entry uint32
		if entry, err = r.command("readw %#x", configAddress(port, int(at))); entry&0xff == expressID {
			return configAddress(port, int(at)+register), err
		}
		at = entry >> 8 & 0xff
	}
	if err == nil {
		err = fmt.Errorf("device %#x is not a PCI Express port", port)
	}
	return 0, err
}

// The Slot Control register of a port (PCI Express Base Specification, 7.5.3.10).
const (
	slotControl      = 0x18
	hotPlugInterrupt = 0x0020
	indicatorOff     = 0x0300
	powerOff         = 0x0400
	noPower          = indicatorOff | powerOff
)

// slotPower says whether the slot of a port has power: the guest has turned it on, or not yet off.
func (r *registers) slotPower(port int) (bool, error) {
	address, err := r.slotRegister(port, slotControl)
	if err != nil {
		return false, err
	}
	control, err := r.command("readw %#x", address)
	return control&noPower != noPower, err
}

// breakSlot takes the power off a slot and gives it back: QEMU lets go of the device when it is off, and the guest
// learns of a card that is not there any more when it is back. In between the guest is not interrupted. The guest's
// processor must stand still.
func (r *registers) breakSlot(port int) error {
	address, err := r.slotRegister(port, slotControl)
	if err != nil {
		return err
	}
	control, err := r.command("readw %#x", address)
	if err != nil {
		return err
	}
	for _, value := range []uint32{(control | noPower) &^ hotPlugInterrupt, control} {
		if _, err := r.command("writew %#x %#x", address, value); err != nil {
			return err
		}
	}
	return nil
}

// The ACPI hot-plug controller of the q35 machine (docs/specs/acpi_pci_hotplug in QEMU's source).
const (
	ejectPort  = 0x0cc8
	selectPort = 0x0cd0
)

// eject takes away what is behind a port, as the guest's firmware does at the end of an orderly removal. bus is the
// controller's number of the port. The guest's processor must stand still: it may be about to use the same registers.
func (r *registers) eject(bus int) error {
	before, err := r.command("inl %#x", selectPort)
	if err != nil {
		return err
	}
	for _, write := range [][2]uint32{{selectPort, uint32(bus)}, {ejectPort, 1}, {selectPort, before}} {
		if _, err := r.command("outl %#x %#x", write[0], write[1]); err != nil {
			return err
		}
	}
	return nil
}
