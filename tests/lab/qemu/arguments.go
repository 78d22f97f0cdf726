// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const program = "qemu-system-x86_64"

// The sockets that QEMU inherits.
const (
	qmpSocket = iota
	registersSocket
	consoleSocket
	numberOfSockets
)

// firstPort is the device number of the first root port on the machine's PCI bus; the numbers up to 0x1e are free.
const firstPort = 0x10

// MaxSlots is how many slots a machine can have.
const MaxSlots = 0x1f - firstPort

// kernelArguments: a console for the ready line, and nothing that costs an emulated processor time for no use here.
// The time is the PM timer's: how fast the time stamp counter runs the kernel finds out at boot, and on a busy machine
// was seen to be wrong by a factor of ten.
// no_timer_check: at boot the kernel counts ticks for a moment, and panics where a busy machine has held them back.
const kernelArguments = "console=ttyS0 quiet tsc=reliable clocksource=acpi_pm no_timer_check random.trust_cpu=on init_on_alloc=0 mitigations=off " +
	"nokaslr cryptomgr.notests apparmor=0 audit=0"

// arguments is QEMU's command line. KVM is not used even where it is there: it would make machines differ.
func arguments(cfg Config, drives []Drive) []string {
	args := []string{
		"-nodefaults", "-no-user-config", "-display", "none",
		"-machine", "q35,vmport=off,hpet=off", "-accel", "tcg,thread=multi,tb-size=64", "-cpu", "max", "-smp", "1",
		"-m", strconv.Itoa(cfg.MemoryMB),
		"-kernel", cfg.Kernel, "-initrd", escaped(cfg.Initrd), "-append", kernelArguments + " " + cfg.Append,
		"-chardev", fmt.Sprintf("socket,id=qmp,fd=%d", inherited(qmpSocket)), "-mon", "chardev=qmp,mode=control",
		"-chardev", fmt.Sprintf("socket,id=registers,fd=%d", inherited(registersSocket)),
		"-object", "qtest,id=qtest,chardev=registers,log=/dev/null",
		"-chardev", fmt.Sprintf("socket,id=console,fd=%d,logfile=%s,logappend=on", inherited(consoleSocket), escaped(ConsoleLog(cfg.Folder))),
		"-serial", "chardev:console",
		// A network of the guest's own that leads nowhere but to its SSH port.
		"-netdev", "user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:0-10.0.2.15:22",
		"-device", "virtio-net-pci,netdev=net,bus=pcie.0,addr=0x2,romfile=",
	}
	if cfg.UUID != "" {
		args = append(args, "-uuid", cfg.UUID)
	}
	if cfg.HotPlug == Native {
		args = append(args, "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off")
	}
	for i := range cfg.Slots {
		slot := cfg.FirstSlot + i
		args = append(args, "-device", fmt.Sprintf("pcie-root-port,id=%s,bus=pcie.0,chassis=%d,slot=%d,port=%d,addr=%#x",
			portID(slot), i+1, slot, firstPort+i, firstPort+i))
	}
	for _, d := range drives {
		args = append(args, "-blockdev", text(blockdev(d)), "-device", text(device(d)))
	}
	return args
}

// escaped is a path in an option that takes a list.
func escaped(path string) string { return strings.ReplaceAll(path, ",", ",,") }

// inherited is the number of a socket in QEMU: after standard input, output and error.
func inherited(socket int) int { return 3 + socket }

func portID(slot int) string   { return fmt.Sprintf("port%d", slot) }
func driveID(slot int) string  { return fmt.Sprintf("drive%d", slot) }
func nodeName(slot int) string { return fmt.Sprintf("data%d", slot) }

// blockdev and device are arguments of the QMP commands blockdev-add and device_add, and of the options named alike.
func blockdev(d Drive) map[string]any {
	return map[string]any{"driver": "raw", "node-name": nodeName(d.Slot), "discard": "unmap",
		"file": map[string]any{"driver": "file", "filename": d.File}}
}

func device(d Drive) map[string]any {
	// Without an address a port that is taken would take a second device silently.
	return map[string]any{"driver": "nvme", "id": driveID(d.Slot), "bus": portID(d.Slot), "addr": "0x0",
		"drive": nodeName(d.Slot), "serial": d.Serial}
}

func text(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and maps of them only
	}
	return string(encoded)
}

var forwarded = regexp.MustCompile(`HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)`)

// forwardedPort is the port of this machine that leads to the guest's SSH port. QEMU has chosen a free one.
func (m *Machine) forwardedPort() (string, error) {
	var table string
	if err := m.qmp.execute("human-monitor-command", map[string]any{"command-line": "info usernet"}, &table); err != nil {
		return "", err
	}
	found := forwarded.FindStringSubmatch(table)
	if found == nil {
		return "", fmt.Errorf("QEMU does not say which port leads to the guest")
	}
	return found[1], nil
}
