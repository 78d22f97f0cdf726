// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"testing"
)

// fakeMachine has registers, by address, and keeps what is written.
type fakeMachine struct {
	values map[int]uint32
	writes []string
}

func (f *fakeMachine) registers(t *testing.T) *registers {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	go func() {
		for lines := bufio.NewScanner(theirs); lines.Scan(); {
			fmt.Fprintln(theirs, f.answer(lines.Text()))
		}
	}()
	return &registers{conn: ours}
}

func (f *fakeMachine) answer(line string) string {
	var command string
	var address int
	var value uint32
	n, _ := fmt.Sscanf(line, "%s 0x%x 0x%x", &command, &address, &value)
	switch {
	case n == 3:
		f.writes = append(f.writes, line)
		return "OK"
	case n == 2:
		return fmt.Sprintf("OK 0x%016x", f.values[address])
	}
	return "FAIL Unknown command"
}

// rootPort is a port whose second capability is PCI Express.
func rootPort(device int, control uint32) *fakeMachine {
	return &fakeMachine{values: map[int]uint32{
		configAddress(device, 0x34): 0x48, configAddress(device, 0x48): 0x5411, configAddress(device, 0x54): 0x0010,
		configAddress(device, 0x54+slotControl): control,
	}}
}

func TestSlotPower(t *testing.T) {
	for control, want := range map[uint32]bool{0x7f1: false, 0x1f1: true, 0x6f1: true, 0x3f1: true} {
		if got, err := rootPort(0x11, control).registers(t).slotPower(0x11); got != want || err != nil {
			t.Errorf("control %#x: %v, %v", control, got, err)
		}
	}
}

func TestBreakSlot(t *testing.T) {
	f := rootPort(0x10, 0x1f1)
	if err := f.registers(t).breakSlot(0x10); err != nil {
		t.Fatal(err)
	}
	want := []string{"writew 0xb008006c 0x7d1", "writew 0xb008006c 0x1f1"}
	if !slices.Equal(f.writes, want) {
		t.Errorf("wrote %q, want %q", f.writes, want)
	}
}

func TestNotAPort(t *testing.T) {
	if _, err := (&fakeMachine{}).registers(t).slotPower(0x10); err == nil {
		t.Error("no error")
	}
}

// The guest may have been about to use the same controller.
func TestEjectPutsTheSelectorBack(t *testing.T) {
	f := &fakeMachine{values: map[int]uint32{selectPort: 3}}
	if err := f.registers(t).eject(2); err != nil {
		t.Fatal(err)
	}
	want := []string{"outl 0xcd0 0x2", "outl 0xcc8 0x1", "outl 0xcd0 0x3"}
	if !slices.Equal(f.writes, want) {
		t.Errorf("wrote %q, want %q", f.writes, want)
	}
}

func TestUnknownRegisterCommand(t *testing.T) {
	if _, err := (&fakeMachine{}).registers(t).command("nonsense"); err == nil {
		t.Error("no error")
	}
}
