// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"slices"

	"directpath.nvme/lab/pci"
)

// Insertion is what happens when a person puts an NVMe device into a slot of a running host: the JSON of `lab insert`.
type Insertion struct {
	Host         string `json:"host"`
	Address      string `json:"address,omitempty"`
	Serial       string `json:"serial,omitempty"`
	VendorDevice string `json:"vendor_device,omitempty"`
	// NoAdapter: no driver takes the device, so that it gets no storage adapter.
	NoAdapter bool `json:"no_adapter,omitempty"`
}

// Inserted is the answer to an Insertion.
type Inserted struct {
	Host    string `json:"host"`
	Address string `json:"address"`
	Serial  string `json:"serial"`
	Slot    int    `json:"slot"`
}

// Removal is what happens when a person pulls a device out of a running host: the JSON of `lab pull`.
type Removal struct {
	Host    string `json:"host"`
	Address string `json:"address"`
	// KeepVMEntry: the VM that uses the device keeps its entry. Absent, the setting stale_entry_on_pull decides.
	KeepVMEntry *bool `json:"keep_vm_entry,omitempty"`
}

// insert adds a device to a host.
func (l *Lab) insert(in Insertion) (*Inserted, error) {
	h, err := l.hostNamed(in.Host)
	if err != nil {
		return nil, err
	}
	in.VendorDevice = cmp.Or(in.VendorDevice, "144d:a80a")
	if kind, ok := kinds[in.VendorDevice]; !ok || kind.class != pci.ClassNVMe {
		return nil, fmt.Errorf("%q is not an NVMe device that the lab knows", in.VendorDevice)
	}
	d, err := l.addDevice(h, in)
	if err != nil {
		return nil, err
	}
	l.publish(l.context(), h)
	return &Inserted{Host: h.name, Address: d.address, Serial: d.serial, Slot: d.slot}, nil
}

func (l *Lab) addDevice(h *hostState, in Insertion) (*pciDevice, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := 0; in.Address == "" && n < maxFreeNVMe; n++ {
		if address := freeAddress(n); h.device(address) == nil {
			in.Address = address
		}
	}
	if !pci.ValidAddress(in.Address) {
		return nil, fmt.Errorf("%q is not a PCI address like 0000:e0:00.0", in.Address)
	}
	if h.device(in.Address) != nil {
		return nil, fmt.Errorf("there is a device at %s of %s already", in.Address, h.name)
	}
	d := h.newDevice(in.Address, in.VendorDevice)
	if in.Serial != "" {
		d.serial = in.Serial
	}
	d.noAdapter = in.NoAdapter
	if l.cfg.Settings.SlotKeepsPassthrough {
		d.enabled = h.slotPassthrough[in.Address]
		d.active = d.enabled
	}
	h.devices = append(h.devices, d)
	sortDevices(h.devices)
	return d, nil
}

// pull removes a device from a host, whoever uses it.
func (l *Lab) pull(out Removal) error {
	h, err := l.hostNamed(out.Host)
	if err != nil {
		return err
	}
	if err := l.dropDevice(h, out.Address); err != nil {
		return err
	}
	l.publish(l.context(), h)
	keep := *l.cfg.Settings.StaleEntryOnPull
	if out.KeepVMEntry != nil {
		keep = *out.KeepVMEntry
	}
	for _, hook := range l.pullHooks {
		if err := hook(h.ref, out.Address, keep); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) dropDevice(h *hostState, address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := h.device(address)
	switch {
	case d == nil:
		return fmt.Errorf("there is no device at %s of %s", address, h.name)
	case !d.isNVMe():
		return fmt.Errorf("the device at %s is not in a hot-plug slot: it is a %s", address, d.kind.className)
	case d.use == useBoot:
		return fmt.Errorf("the device at %s is the boot disk of %s: pulling it would end the host", address, h.name)
	case d.use == useOSData:
		return fmt.Errorf("the device at %s has the ESX-OSData of %s: pulling it would end the host", address, h.name)
	}
	h.slotPassthrough[address] = d.enabled
	h.devices = slices.DeleteFunc(h.devices, func(other *pciDevice) bool { return other == d })
	return nil
}
