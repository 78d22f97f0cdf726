// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package config

import (
	"fmt"

	"directpath.nvme/lab/qemu"
)

// Guest gives a VM a guest: a real Linux that QEMU runs. guestimage, beside this package, makes its files.
type Guest struct {
	Kernel string `json:"kernel"`
	Initrd string `json:"initrd"`
	// KeyFile is the private key that logs in as root. The lab itself only passes it on.
	KeyFile string `json:"key_file"`
	// HotPlug is native (PCIe) or acpi.
	HotPlug  string `json:"hotplug,omitempty"`
	MemoryMB int    `json:"memory_mb,omitempty"`
	// Slots is how many drives the guest can have at once: PCI slots 64 and on.
	Slots int `json:"slots,omitempty"`
	// DriveMB is the size of the NVMe drives that it gets.
	DriveMB int64 `json:"drive_mb,omitempty"`
	// Append is added to the kernel's command line.
	Append string `json:"append,omitempty"`
}

// Answers of vSphere to a hot-add or hot-remove that the guest does not react to. Which is right is not published.
const (
	UnresponsiveSucceed = "succeed"
	UnresponsiveFail    = "fail"
)

// guestDefaults fills what the settings leave open about guests.
func (s *Settings) guestDefaults() {
	setIfZero(&s.GuestUnresponsiveAdd, UnresponsiveSucceed)
	setIfZero(&s.GuestUnresponsiveRemove, UnresponsiveFail)
	setDefault(&s.GuestTimeoutSeconds, 20.0)
}

func (s *Settings) checkGuests() error {
	for _, answer := range []string{s.GuestUnresponsiveAdd, s.GuestUnresponsiveRemove} {
		if answer != UnresponsiveSucceed && answer != UnresponsiveFail {
			return fmt.Errorf("configuration: an unresponsive guest lets vSphere %s or %s, not %q",
				UnresponsiveSucceed, UnresponsiveFail, answer)
		}
	}
	return nil
}

// filled is the configuration with the defaults.
func (g Guest) filled() (*Guest, error) {
	setIfZero(&g.HotPlug, string(qemu.Native))
	setIfZero(&g.MemoryMB, 512)
	setIfZero(&g.Slots, 8)
	setIfZero(&g.DriveMB, 64)
	switch {
	case g.Kernel == "" || g.Initrd == "" || g.KeyFile == "":
		return nil, fmt.Errorf("a guest needs kernel, initrd and key_file")
	case g.HotPlug != string(qemu.Native) && g.HotPlug != string(qemu.ACPI):
		return nil, fmt.Errorf("hotplug %q is neither %s nor %s", g.HotPlug, qemu.Native, qemu.ACPI)
	case g.Slots < 1 || g.Slots > qemu.MaxSlots:
		return nil, fmt.Errorf("a guest can have 1 to %d slots, not %d", qemu.MaxSlots, g.Slots)
	}
	return &g, nil
}
