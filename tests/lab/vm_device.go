// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

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
	firstPCISlot        = 64
)

// places are the ordinals and PCI slots that passthrough devices of a VM occupy.
type places struct {
	ordinals map[int]bool
	slots    map[int32]bool
}

func placesOf(devices []*types.VirtualPCIPassthrough) places {
	p := places{ordinals: map[int]bool{}, slots: map[int32]bool{}}
	for _, d := range devices {
		p.ordinals[ordinal(d)] = true
		if slot, ok := d.SlotInfo.(*types.VirtualDevicePciBusSlotInfo); ok {
			p.slots[slot.PciSlotNumber] = true
		}
	}
	return p
}

// ordinal is n of the n-th passthrough device (pciPassthru<n> in the configuration file).
func ordinal(d *types.VirtualPCIPassthrough) int { return int(d.Key) - firstPassthroughKey }

// next is the lowest free ordinal.
func (p places) next() int {
	n := 0
	for p.ordinals[n] {
		n++
	}
	return n
}

// put gives a device the next free place.
func (p places) put(d *types.VirtualPCIPassthrough) {
	n := p.next()
	p.ordinals[n] = true
	unit := int32(18 + n)
	if n >= 4 {
		unit = int32(34 + n)
	}
	d.Key = int32(firstPassthroughKey + n)
	d.ControllerKey = pciControllerKey
	d.UnitNumber = &unit
	d.SlotInfo = nil
	d.DeviceInfo = &types.Description{Label: fmt.Sprintf("PCI device %d", n), Summary: backingOf(d).DeviceName}
}

// giveSlot gives a device that has none the lowest free PCI slot: what a VM does when it runs.
func (p places) giveSlot(d *types.VirtualPCIPassthrough) {
	if d.SlotInfo != nil {
		return
	}
	slot := int32(firstPCISlot)
	for p.slots[slot] {
		slot++
	}
	p.slots[slot] = true
	d.SlotInfo = &types.VirtualDevicePciBusSlotInfo{PciSlotNumber: slot}
}

// free takes a device's place back.
func (p places) free(d *types.VirtualPCIPassthrough) {
	delete(p.ordinals, ordinal(d))
}

// passthroughDevice is an entry for a host's device, as a client that does it right would send it.
func passthroughDevice(device types.HostPciDevice, systemID string) *types.VirtualPCIPassthrough {
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
