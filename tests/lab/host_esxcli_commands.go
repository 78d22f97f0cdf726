// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"strconv"

	"directpath.nvme/lab/esxcli"
	"directpath.nvme/lab/pci"
)

// esxcliCommands answer the commands that esxcli.Namespaces lists.
var esxcliCommands = map[string]func(l *Lab, h *hostState, args map[string]string) ([]esxcli.Row, error){
	"system.settings.kernel.list":   kernelList,
	"system.settings.kernel.set":    kernelSet,
	"storage.core.device.list":      storageDeviceList,
	"hardware.pci.list":             hardwarePCIList,
	"hardware.pci.pcipassthru.list": pciPassthruList,
	"nvme.device.list":              nvmeDeviceList,
	"nvme.device.get":               nvmeDeviceGet,
	"nvme.device.namespace.list":    nvmeNamespaceList,
	"system.boot.device.get":        bootDeviceGet,
}

// kernelList is esxcli system settings kernel list [-o name].
func kernelList(l *Lab, h *hostState, args map[string]string) ([]esxcli.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var rows []esxcli.Row
	for _, s := range h.kernel {
		if option := args["option"]; option != "" && option != s.name {
			continue
		}
		rows = append(rows, esxcli.Row{s.configured, s.byDefault, s.description, s.name, s.runtime, s.kind})
	}
	if len(rows) == 0 {
		return nil, unknownSetting(args["option"])
	}
	return rows, nil
}

// kernelSet is esxcli system settings kernel set -s name -v value.
func kernelSet(l *Lab, h *hostState, args map[string]string) ([]esxcli.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := findSetting(h.kernel, args["setting"])
	if s == nil {
		return nil, unknownSetting(args["setting"])
	}
	if err := s.set(args["value"]); err != nil {
		return nil, &esxcli.Refusal{Text: err.Error()}
	}
	return nil, nil
}

func unknownSetting(name string) error {
	return &esxcli.Refusal{Text: fmt.Sprintf("Unable to find kernel setting %s", name)}
}

// hardwarePCIList is esxcli hardware pci list: the one place where a host before 9.0 tells the slot of a device.
func hardwarePCIList(l *Lab, h *hostState, _ map[string]string) ([]esxcli.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var rows []esxcli.Row
	for _, d := range h.devices {
		rows = append(rows, d.cliRow())
	}
	return rows, nil
}

const (
	ownerVMkernel = "VMkernel"
	ownerPassthru = "VM Passthru"
	// noSlot is what esxcli of today says of a device that is in no slot; that of 6.0 and older said 255.
	noSlot = 0xffffffff
)

// cliRow has the values of the columns of hardware pci list.
func (d *pciDevice) cliRow() esxcli.Row {
	segment, bus, device, function := pci.ParseAddress(d.address)
	owner := func(passthru bool) string {
		if passthru {
			return ownerPassthru
		}
		return ownerVMkernel
	}
	slot, description, module, vmkernelName := noSlot, "", "", ""
	if d.slot != 0 {
		description = d.slotDescription()
	}
	if d.slot > 0 {
		slot = d.slot
	}
	switch {
	case d.active:
		module = "pciPassthru"
	case d.isNVMe() && !d.noAdapter:
		module, vmkernelName = "nvme_pcie", d.adapter
	}
	return esxcli.Row{
		d.address,
		strconv.Itoa(bus),
		"0", // chassis
		owner(d.enabled),
		owner(d.active),
		sbdf(d.dependent),
		strconv.Itoa(int(d.kind.class)),
		d.kind.className,
		strconv.Itoa(int(d.kind.device)),
		d.kind.name,
		"65535", // extended device id
		"",      // extended device name
		strconv.FormatBool(d.capable),
		strconv.Itoa(function),
		module,
		strconv.Itoa(bus / 0x80), // NUMA node: half of the buses are behind either processor
		sbdf(d.dependent),
		strconv.FormatBool(d.capable),
		strconv.Itoa(slot),
		d.resetMethod(),
		strconv.Itoa(segment),
		strconv.Itoa(device),
		description,
		strconv.Itoa(int(d.kind.subDevice)),
		strconv.Itoa(int(d.kind.subVendor)),
		vmkernelName,
		strconv.Itoa(int(d.kind.vendor)),
		d.kind.vendorName,
	}
}

// resetMethod is how ESXi resets the device before and after a VM has it.
func (d *pciDevice) resetMethod() string {
	if d.reset == "" && d.dependent != d.address {
		return "Bridge reset"
	}
	return cmp.Or(d.reset, "Function reset")
}

// sbdf is the decimal form of an address that esxcli uses for relations between devices.
func sbdf(address string) string {
	segment, bus, device, function := pci.ParseAddress(address)
	return fmt.Sprintf("PCI %d:%d:%d:%d", segment, bus, device, function)
}
