// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"directpath.nvme/lab/pci"
)

// bay is a place for an NVMe device. What is put into it has its address, its slot number and the slot's description,
// whichever device it is. Lab.mu guards the lists of bays.
type bay struct {
	address  string
	slot     int    // as the host tells it; 0 and -1 are no slot
	slotText string // see pciDevice
	noLED    bool   // no locator LED that the host can light
	adapter  string // vmhbaN: ESXi names adapters by where they are
	enabled  bool   // passthrough was enabled on the device that was last pulled out
}

// emptyBays is how many bays a host has beside those of the devices that it starts with.
const emptyBays = 12

// makeBays makes the bays of a host: those of its devices, and empty ones, whose slots and addresses go on from there.
func (h *hostState) makeBays() {
	for _, d := range h.devices {
		if d.isNVMe() {
			h.bays = append(h.bays, &bay{address: d.address, slot: d.slot, slotText: d.slotText, adapter: d.adapter, noLED: d.noLED})
		}
	}
	for n, made := 0, 0; n < maxFreeNVMe && made < emptyBays; n++ {
		if address := freeAddress(n); h.bayAt(address) == nil {
			h.addBay(address)
			made++
		}
	}
}

// addBay makes an empty bay with the slot number after the highest.
func (h *hostState) addBay(address string) *bay {
	last := 0
	for _, b := range h.bays {
		last = max(last, b.slot)
	}
	b := &bay{address: address, slot: last + 1}
	h.bays = append(h.bays, b)
	return b
}

func (h *hostState) bayAt(address string) *bay {
	return h.findBay(func(b *bay) bool { return b.address == address })
}

func (h *hostState) findBay(is func(*bay) bool) *bay {
	if at := slices.IndexFunc(h.bays, is); at >= 0 {
		return h.bays[at]
	}
	return nil
}

// Insertion is what happens when a person puts an NVMe device into a slot of a running host: the JSON of `lab insert`.
type Insertion struct {
	Host string `json:"host"`
	// Slot and Address name the bay, either of them; without both it is the first empty one.
	Slot    int    `json:"slot,omitempty"`
	Address string `json:"address,omitempty"`
	// Serial of a drive that was pulled out before: that drive comes back, with its model, its size and what is on it.
	Serial       string `json:"serial,omitempty"`
	VendorDevice string `json:"vendor_device,omitempty"`
	CapacityGB   int64  `json:"capacity_gb,omitempty"`
	// Use is what is on the disk, in the words of the configuration.
	Use *string `json:"use,omitempty"`
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
	Host string `json:"host"`
	// Slot or Address name the device.
	Slot    int    `json:"slot,omitempty"`
	Address string `json:"address,omitempty"`
	// KeepVMEntry: the VM that uses the device keeps its entry. Absent, the setting stale_entry_on_pull decides.
	KeepVMEntry *bool `json:"keep_vm_entry,omitempty"`
}

// insert adds a device to a host.
func (l *Lab) insert(in Insertion) (*Inserted, error) {
	h, err := l.hostNamed(in.Host)
	if err != nil {
		return nil, err
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
	b, err := h.bayFor(in.Slot, in.Address)
	if err != nil {
		return nil, err
	}
	if there := h.device(b.address); there != nil {
		return nil, fmt.Errorf("there is a device at %s of %s already, in slot %d: serial number %s", b.address, h.name,
			b.slot, there.serial)
	}
	d, err := l.newDrive(h, b, in)
	if err != nil {
		return nil, err
	}
	if l.cfg.Settings.SlotKeepsPassthrough {
		d.enabled = b.enabled
		d.active = d.enabled && !l.cfg.Settings.KeptPassthroughPending
	}
	h.devices = append(h.devices, d)
	sortDevices(h.devices)
	delete(l.pulledDrives, d.serial)
	return d, nil
}

// bayFor is the bay that a person means: by slot, by address (a new bay where the host has none), or the first empty one.
func (h *hostState) bayFor(slot int, address string) (*bay, error) {
	var b *bay
	switch {
	case slot != 0:
		if b = h.findBay(func(b *bay) bool { return b.slot == slot && slot > 0 }); b == nil {
			return nil, fmt.Errorf("%s has no slot %d", h.name, slot)
		}
		if address != "" && address != b.address {
			return nil, fmt.Errorf("slot %d of %s is at %s, not at %s", slot, h.name, b.address, address)
		}
	case address != "":
		if !pci.ValidAddress(address) {
			return nil, fmt.Errorf("%q is not a PCI address like 0000:e0:00.0", address)
		}
		if b = h.bayAt(address); b == nil && h.device(address) != nil {
			return nil, fmt.Errorf("there is a device at %s of %s already, which is no drive", address, h.name)
		}
		if b == nil {
			b = h.addBay(address)
		}
	default:
		b = h.findBay(func(b *bay) bool { return b.slot > 0 && h.device(b.address) == nil })
		if b == nil {
			return nil, fmt.Errorf("no slot of %s is empty", h.name)
		}
	}
	return b, nil
}

// newDrive is what is put into a bay: a new drive, or one that was pulled out before, somewhere. Lab.mu must be held.
func (l *Lab) newDrive(h *hostState, b *bay, in Insertion) (*pciDevice, error) {
	old := l.pulledDrives[in.Serial]
	model := "144d:a80a"
	if old != nil {
		model = old.kind.id()
	}
	model = cmp.Or(in.VendorDevice, model)
	if kind, ok := kinds[model]; !ok || kind.class != pci.ClassNVMe {
		return nil, fmt.Errorf("%q is not an NVMe device that the lab knows", model)
	}
	d := h.newDevice(b.address, model)
	d.slot, d.slotText, d.noLED, d.noAdapter = b.slot, b.slotText, b.noLED, in.NoAdapter
	b.adapter = cmp.Or(b.adapter, d.adapter)
	d.adapter = b.adapter
	d.serial = cmp.Or(in.Serial, l.unusedSerial(h, d.serial))
	if old != nil && old.kind == d.kind {
		d.blocks, d.use, d.datastore = old.blocks, old.use, old.datastore
	}
	if in.CapacityGB != 0 {
		blocks, err := blocksOf(in.CapacityGB)
		if err != nil {
			return nil, err
		}
		d.blocks = blocks
	}
	if in.Use != nil {
		kind, ok := uses[*in.Use]
		if !ok || kind == useBoot || kind == useOSData {
			return nil, fmt.Errorf("%q is no use that a drive can have which is put in", *in.Use)
		}
		d.use = kind
	}
	if d.use == useVMFS {
		d.datastore = cmp.Or(d.datastore, fmt.Sprintf("%s-%s", shortName(h.name), d.adapter))
	}
	return d, nil
}

// unusedSerial is a serial number that no drive has which was in this host: another drive in a bay is another drive.
// Lab.mu must be held.
func (l *Lab) unusedSerial(h *hostState, wanted string) string {
	serial := wanted
	taken := func(d *pciDevice) bool { return d.serial == serial }
	for n := 2; l.pulledDrives[serial] != nil || slices.ContainsFunc(h.devices, taken); n++ {
		serial = fmt.Sprintf("%sN%d", wanted, n)
	}
	return serial
}

// pull removes a device from a host, whoever uses it.
func (l *Lab) pull(out Removal) error {
	h, err := l.hostNamed(out.Host)
	if err != nil {
		return err
	}
	address, err := l.dropDevice(h, out)
	if err != nil {
		return err
	}
	l.publish(l.context(), h)
	keep := *l.cfg.Settings.StaleEntryOnPull
	if out.KeepVMEntry != nil {
		keep = *out.KeepVMEntry
	}
	for _, hook := range l.pullHooks {
		if err := hook(h.ref, address, keep); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) dropDevice(h *hostState, out Removal) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if out.Slot == 0 && out.Address == "" {
		return "", errors.New("neither slot nor address says which device is pulled")
	}
	address := out.Address
	if out.Slot != 0 {
		b, err := h.bayFor(out.Slot, out.Address)
		if err != nil {
			return "", err
		}
		address = b.address
	}
	d := h.device(address)
	switch {
	case d == nil:
		return "", fmt.Errorf("there is no device at %s of %s", address, h.name)
	case !d.isNVMe():
		return "", fmt.Errorf("the device at %s is not in a hot-plug slot: it is a %s", address, d.kind.className)
	case d.use == useBoot:
		return "", fmt.Errorf("the device at %s is the boot disk of %s: pulling it would end the host", address, h.name)
	case d.use == useOSData:
		return "", fmt.Errorf("the device at %s has the ESX-OSData of %s: pulling it would end the host", address, h.name)
	}
	h.bayAt(address).enabled = d.enabled
	h.devices = slices.DeleteFunc(h.devices, func(other *pciDevice) bool { return other == d })
	l.pulledDrives[d.serial] = d
	return address, nil
}
