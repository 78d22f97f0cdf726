// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"slices"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

// uses are the words for Use; "free" is none.
var uses = map[string]use{
	"free": unused, "boot": useBoot, "osdata": useOSData, "vmfs": useVMFS, "vsan": useVSAN, "unknown": useUnknown,
	"vmfs_copy": useVMFSCopy, "partitions": usePartitions,
}

// configureDevices does what the configuration says about single devices.
func (h *hostState) configureDevices() error {
	for _, cfg := range h.cfg.Devices {
		d, err := h.deviceToConfigure(cfg)
		if err == nil {
			err = d.configure(cfg)
		}
		if err != nil {
			return fmt.Errorf("host %s: device %q: %w", h.name, cfg.Address, err)
		}
		if d.use == useVMFS && d.datastore == "" {
			d.datastore = fmt.Sprintf("%s-%s", shortName(h.name), d.adapter)
		}
	}
	sortDevices(h.devices)
	for _, one := range []use{useBoot, useOSData} {
		n := 0
		for _, d := range h.devices {
			if d.use == one {
				n++
			}
		}
		if n > 1 {
			return fmt.Errorf("host %s: %d devices have the use %q", h.name, n, one)
		}
	}
	return nil
}

func (h *hostState) deviceToConfigure(cfg config.Device) (*pciDevice, error) {
	if d := h.device(cfg.Address); d != nil {
		if cfg.VendorDevice != "" {
			return nil, fmt.Errorf("the host has a device there, whose vendor_device cannot be changed")
		}
		return d, nil
	}
	cfg.VendorDevice = cmp.Or(cfg.VendorDevice, "144d:a80a")
	if !pci.ValidAddress(cfg.Address) {
		return nil, fmt.Errorf("this is not a PCI address like 0000:e0:00.0")
	}
	if _, ok := kinds[cfg.VendorDevice]; !ok {
		return nil, fmt.Errorf("%q is not a device that the lab knows", cfg.VendorDevice)
	}
	d := h.newDevice(cfg.Address, cfg.VendorDevice)
	h.devices = append(h.devices, d)
	return d, nil
}

func (d *pciDevice) configure(cfg config.Device) error {
	if cfg.Use != nil {
		kind, ok := uses[*cfg.Use]
		if !ok {
			return fmt.Errorf("unknown use %q", *cfg.Use)
		}
		d.use = kind
	}
	if (d.use != unused || cfg.Detached || cfg.Adapter != nil || cfg.CapacityGB != 0) && !d.isNVMe() {
		return fmt.Errorf("only an NVMe device can have a disk")
	}
	d.detached, d.sriov = cfg.Detached, cfg.SRIOV
	d.noAdapter = cfg.Adapter != nil && !*cfg.Adapter
	override(&d.slot, cfg.Slot)
	override(&d.capable, cfg.Capable)
	override(&d.enabled, cfg.PassthroughEnabled)
	override(&d.active, cfg.PassthroughActive)
	if cfg.CapacityGB != 0 {
		blocks, err := blocksOf(cfg.CapacityGB)
		if err != nil {
			return err
		}
		d.blocks = blocks
	}
	overrideText(&d.serial, cfg.Serial)
	overrideText(&d.slotText, cfg.SlotDescription)
	overrideText(&d.dependent, cfg.DependentDevice)
	overrideText(&d.reset, cfg.ResetMethod)
	d.noLED = cfg.LED != nil && !*cfg.LED
	return nil
}

func override[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

func overrideText(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// withOSData is the device that ESX-OSData and the coredump are on: the boot disk, unless the configuration names
// another. Lab.mu must be held.
func (h *hostState) withOSData() *pciDevice {
	for _, kind := range []use{useOSData, useBoot} {
		if at := slices.IndexFunc(h.devices, func(d *pciDevice) bool { return d.use == kind }); at >= 0 {
			return h.devices[at]
		}
	}
	return nil
}
