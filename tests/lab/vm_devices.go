// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

// build gives a VM of the configuration its devices. Passthrough of a device that a VM has from the start is in force.
func (m *machines) build(ctx *simulator.Context, vm *simulator.VirtualMachine, cfg config.VM) error {
	host, err := m.hostOf(*vm.Runtime.Host)
	if err != nil {
		return err
	}
	if len(cfg.Passthrough) > 0 {
		if err := m.activate(host, cfg.Passthrough); err != nil {
			return err
		}
		m.publish(ctx, host)
	}
	hardware := ctx.Map.Get(host.ref).(*simulator.HostSystem).Hardware
	var devices []*types.VirtualPCIPassthrough
	for _, address := range cfg.Passthrough {
		at := slices.IndexFunc(hardware.PciDevice, func(d types.HostPciDevice) bool { return d.Id == address })
		devices = append(devices, pci.NewPassthrough(hardware.PciDevice[at], hardware.SystemInfo.Uuid))
	}
	if cfg.DynamicDirectPath {
		backing := &types.VirtualPCIPassthroughDynamicBackingInfo{}
		if cfg.Power == config.PoweredOn {
			backing.AssignedId = networkCard // a running VM has a device, and says which
		}
		devices = append(devices, &types.VirtualPCIPassthrough{VirtualDevice: types.VirtualDevice{
			Backing: backing,
		}})
	}
	taken := pci.PlacesOf(nil)
	for _, d := range devices {
		taken.Put(d)
		if cfg.Power == config.PoweredOn {
			taken.GiveSlot(d)
		}
		vm.Config.Hardware.Device = append(vm.Config.Hardware.Device, d)
	}
	return nil
}

// networkCard is a device of every host that is no drive.
const networkCard = "0000:3b:00.0"

func (m *machines) activate(host *hostState, addresses []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, address := range addresses {
		d := host.device(address)
		if d == nil {
			return fmt.Errorf("host %s has no device %s", host.name, address)
		}
		d.enabled, d.active = true, true
	}
	return nil
}

// pulled is what happens to VMs when a device is pulled out of their host. Whether the entry of a running VM vanishes
// by itself is not published; that of a VM that is off stays.
func (m *machines) pulled(host types.ManagedObjectReference, address string, keepEntry bool) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	ctx := m.context()
	h, err := get[*simulator.HostSystem](ctx, host)
	if err != nil {
		return nil // removed in the meantime
	}
	var vms []types.ManagedObjectReference
	m.locked(ctx, h, func() { vms = slices.Clone(h.Vm) })
	var failed error
	for _, ref := range vms {
		if vm, err := get[*simulator.VirtualMachine](ctx, ref); err == nil {
			failed = errors.Join(failed, m.pullFromGuest(ctx, vm, address))
			if !keepEntry {
				m.locked(ctx, vm, func() { dropEntry(ctx, vm, address) })
			}
		}
	}
	return failed
}

func dropEntry(ctx *simulator.Context, vm *simulator.VirtualMachine, address string) {
	if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff {
		return
	}
	left := slices.DeleteFunc(slices.Clone(vm.Config.Hardware.Device), func(d types.BaseVirtualDevice) bool {
		p, ok := d.(*types.VirtualPCIPassthrough)
		return ok && pci.BackingOf(p).Id == address
	})
	if len(left) < len(vm.Config.Hardware.Device) {
		ctx.Update(vm, []types.PropertyChange{set("config.hardware.device", left)})
	}
}
