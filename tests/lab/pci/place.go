// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package pci

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// How ESXi places passthrough devices in a VM, measured on 8.0.3: the n-th has key 13000+n on controller 100, unit
// 18+n for the first four and 34+n from the fifth on, and the label "PCI device n". A running VM's devices have PCI
// slots 64, 65, 66 and so on. Freed places are used again; what a client asks for does not matter.
const (
	firstPassthroughKey = 13000
	pciControllerKey    = 100
	// FirstSlot is the PCI slot of the first device.
	FirstSlot = 64
)

// Places are the ordinals and PCI slots that passthrough devices of a VM occupy.
type Places struct {
	ordinals map[int]bool
	slots    map[int32]bool
}

// PlacesOf are the places that devices occupy.
func PlacesOf(devices []*types.VirtualPCIPassthrough) Places {
	p := Places{ordinals: map[int]bool{}, slots: map[int32]bool{}}
	for _, d := range devices {
		p.ordinals[Ordinal(d)] = true
		if slot, ok := d.SlotInfo.(*types.VirtualDevicePciBusSlotInfo); ok {
			p.slots[slot.PciSlotNumber] = true
		}
	}
	return p
}

// Ordinal is n of the n-th passthrough device (pciPassthru<n> in the configuration file).
func Ordinal(d *types.VirtualPCIPassthrough) int { return int(d.Key) - firstPassthroughKey }

// Next is the lowest free ordinal.
func (p Places) Next() int {
	n := 0
	for p.ordinals[n] {
		n++
	}
	return n
}

// Put gives a device the next free place.
func (p Places) Put(d *types.VirtualPCIPassthrough) {
	n := p.Next()
	p.ordinals[n] = true
	unit := int32(18 + n)
	if n >= 4 {
		unit = int32(34 + n)
	}
	d.Key = int32(firstPassthroughKey + n)
	d.ControllerKey = pciControllerKey
	d.UnitNumber = &unit
	d.SlotInfo = nil
	d.DeviceInfo = &types.Description{Label: fmt.Sprintf("PCI device %d", n), Summary: BackingOf(d).DeviceName}
}

// GiveSlot gives a device that has none the lowest free PCI slot: what a VM does when it runs.
func (p Places) GiveSlot(d *types.VirtualPCIPassthrough) {
	if d.SlotInfo != nil {
		return
	}
	slot := int32(FirstSlot)
	for p.slots[slot] {
		slot++
	}
	p.slots[slot] = true
	d.SlotInfo = &types.VirtualDevicePciBusSlotInfo{PciSlotNumber: slot}
}

// Free takes a device's place back.
func (p Places) Free(d *types.VirtualPCIPassthrough) {
	delete(p.ordinals, Ordinal(d))
}

// NewPassthrough is an entry for a host's device, as a client that does it right would send it.
func NewPassthrough(device types.HostPciDevice, systemID string) *types.VirtualPCIPassthrough {
	d := &types.VirtualPCIPassthrough{}
	d.Backing = &types.VirtualPCIPassthroughDeviceBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: device.DeviceName},
		Id:                             device.Id,
		DeviceId:                       fmt.Sprintf("%x", uint16(device.DeviceId)),
		SystemId:                       systemID,
		VendorId:                       device.VendorId,
	}
	return d
}

// BackingOf is the backing of a device that is fixed to one host address, and an empty one for any other device.
func BackingOf(d *types.VirtualPCIPassthrough) *types.VirtualPCIPassthroughDeviceBackingInfo {
	if d != nil {
		if backing, ok := d.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo); ok {
			return backing
		}
	}
	return &types.VirtualPCIPassthroughDeviceBackingInfo{}
}

// PassthroughOf picks the passthrough devices out of a VM's devices.
func PassthroughOf(devices []types.BaseVirtualDevice) []*types.VirtualPCIPassthrough {
	var found []*types.VirtualPCIPassthrough
	for _, d := range devices {
		if p, ok := d.(*types.VirtualPCIPassthrough); ok {
			found = append(found, p)
		}
	}
	return found
}
