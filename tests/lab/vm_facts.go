// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/rules"
)

// hostFacts reads what the rules need of the host that a VM is on.
func (l *Lab) hostFacts(ctx *simulator.Context, vm types.ManagedObjectReference) (rules.HostFacts, error) {
	facts := rules.HostFacts{Devices: map[string]types.HostPciDevice{}, Active: map[string]bool{}, InUse: map[string]bool{}}
	machine, err := get[*simulator.VirtualMachine](ctx, vm)
	if err != nil {
		return facts, err
	}
	var ref types.ManagedObjectReference
	l.locked(ctx, machine, func() { ref = *machine.Runtime.Host })
	host, err := get[*simulator.HostSystem](ctx, ref)
	if err != nil {
		return facts, err
	}
	var vms []types.ManagedObjectReference
	l.locked(ctx, host, func() {
		facts.SystemID = host.Hardware.SystemInfo.Uuid
		facts.HotPlug = host.Capability != nil && rules.IsTrue(host.Capability.FptHotplugSupported)
		for _, d := range host.Hardware.PciDevice {
			facts.Devices[d.Id] = d
		}
		for _, p := range host.Config.PciPassthruInfo {
			info := p.GetHostPciPassthruInfo()
			facts.Active[info.Id] = info.PassthruActive
		}
		vms = append(vms, host.Vm...)
	})
	for _, other := range vms {
		if other != vm {
			l.addDevicesInUse(ctx, other, facts.InUse)
		}
	}
	return facts, nil
}

func (l *Lab) addDevicesInUse(ctx *simulator.Context, vm types.ManagedObjectReference, inUse map[string]bool) {
	machine, err := get[*simulator.VirtualMachine](ctx, vm)
	if err != nil {
		return // destroyed in the meantime
	}
	l.locked(ctx, machine, func() {
		if machine.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff {
			return
		}
		for _, d := range pci.PassthroughOf(machine.Config.Hardware.Device) {
			inUse[pci.BackingOf(d).Id] = true
		}
	})
}
