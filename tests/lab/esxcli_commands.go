// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strconv"
)

// kernelList is esxcli system settings kernel list [-o name].
func kernelList(l *Lab, h *hostState, args map[string]string) (cliAnswer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answer := cliAnswer{kind: "KernelSetting", list: true}
	for _, s := range h.kernel {
		if option := args["option"]; option != "" && option != s.name {
			continue
		}
		answer.rows = append(answer.rows, cliRow{
			{"Configured", s.configured}, {"Default", s.byDefault}, {"Description", s.description}, {"Name", s.name},
			{"Runtime", s.runtime}, {"Type", s.kind},
		})
	}
	if len(answer.rows) == 0 {
		return answer, unknownSetting(args["option"])
	}
	return answer, nil
}

// kernelSet is esxcli system settings kernel set -s name -v value.
func kernelSet(l *Lab, h *hostState, args map[string]string) (cliAnswer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := findSetting(h.kernel, args["setting"])
	if s == nil {
		return cliAnswer{}, unknownSetting(args["setting"])
	}
	if err := s.set(args["value"]); err != nil {
		return cliAnswer{}, &cliFault{err.Error()}
	}
	return yes(), nil
}

func unknownSetting(name string) error {
	return &cliFault{fmt.Sprintf("Unable to find kernel setting %s", name)}
}

// hardwarePCIList is esxcli hardware pci list: the one place where a host before 9.0 tells the slot of a device.
func hardwarePCIList(l *Lab, h *hostState, _ map[string]string) (cliAnswer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answer := cliAnswer{kind: "PciDevice", list: true}
	for _, d := range h.devices {
		answer.rows = append(answer.rows, d.cliRow())
	}
	return answer, nil
}

const (
	ownerVMkernel = "VMkernel"
	ownerPassthru = "VM Passthru"
	noSlot        = 0xff
)

func (d *pciDevice) cliRow() cliRow {
	segment, bus, device, function := parseAddress(d.address)
	owner := func(passthru bool) string {
		if passthru {
			return ownerPassthru
		}
		return ownerVMkernel
	}
	slot, description, module, vmkernelName := noSlot, "", "", ""
	if d.slot > 0 {
		slot, description = d.slot, slotDescription(d.slot)
	}
	if d.isNVMe() && !d.active {
		module, vmkernelName = "nvme_pcie", d.adapter
	}
	return cliRow{
		{"Address", d.address},
		{"Bus", strconv.Itoa(bus)},
		{"ConfiguredOwner", owner(d.enabled)},
		{"CurrentOwner", owner(d.active)},
		{"DependentDevice", sbdf(d.dependent)},
		{"DeviceClass", strconv.Itoa(int(d.kind.class))},
		{"DeviceClassName", d.kind.className},
		{"DeviceID", strconv.Itoa(int(d.kind.device))},
		{"DeviceName", d.kind.name},
		{"Function", strconv.Itoa(function)},
		{"ModuleName", module},
		{"ParentDevice", sbdf(d.dependent)},
		{"PassthruCapable", strconv.FormatBool(d.capable)},
		{"PhysicalSlot", strconv.Itoa(slot)},
		{"Segment", strconv.Itoa(segment)},
		{"Slot", strconv.Itoa(device)},
		{"SlotDescription", description},
		{"SubDeviceID", strconv.Itoa(int(d.kind.subDevice))},
		{"SubVendorID", strconv.Itoa(int(d.kind.subVendor))},
		{"VMkernelName", vmkernelName},
		{"VendorID", strconv.Itoa(int(d.kind.vendor))},
		{"VendorName", d.kind.vendorName},
	}
}

// sbdf is the decimal form of an address that esxcli uses for relations between devices.
func sbdf(address string) string {
	segment, bus, device, function := parseAddress(address)
	return fmt.Sprintf("PCI %d:%d:%d:%d", segment, bus, device, function)
}

// bootDeviceGet is esxcli system boot device get. A host that was booted by Auto Deploy names the card that it was
// booted from.
func bootDeviceGet(_ *Lab, h *hostState, _ map[string]string) (cliAnswer, error) {
	filesystem, stateless := "", ""
	switch h.cfg.Boot {
	case bootUnreadable:
		return cliAnswer{}, &cliFault{"Unable to read the boot device"}
	case bootStateless:
		stateless = fmt.Sprintf("00:50:56:00:00:%02x", h.index%0x100)
	default:
		filesystem = hostUUID("bootbank/" + h.name)
	}
	return cliAnswer{kind: "BootDevice", rows: []cliRow{{
		{"BootFilesystemUUID", filesystem}, {"BootNIC", ""}, {"StatelessBootNIC", stateless},
	}}}, nil
}
