// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// attempt is what a client tries to do to a VM, with the facts that the rules judge it by. It is used while the lock
// of the VM is held.
type attempt struct {
	when moment
	vm   *mo.VirtualMachine
	host hostFacts
	// spec is the change that is asked for (nil at power-on).
	spec          *types.VirtualMachineConfigSpec
	adds, removes []*types.VirtualPCIPassthrough
	attached      []*types.VirtualPCIPassthrough // what the VM has before the call

	// culprit and field are what a check found wrong.
	culprit *types.VirtualPCIPassthrough
	field   string
}

// hostFacts is what matters of a host, by device address.
type hostFacts struct {
	systemID string
	hotPlug  bool
	devices  map[string]types.HostPciDevice
	active   map[string]bool // passthrough is in force
	inUse    map[string]bool // a running VM, other than the one of the attempt, has the device
}

// devices are those that the attempt is about: the added ones of a hot-add, all of the VM at power-on.
func (a *attempt) devices() []*types.VirtualPCIPassthrough {
	if a.when&onHotAdd != 0 {
		return a.adds
	}
	var fixed []*types.VirtualPCIPassthrough
	for _, d := range a.attached {
		if _, ok := d.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo); ok {
			fixed = append(fixed, d)
		}
	}
	return fixed
}

// every is true if all devices pass; the first that does not is the culprit.
func (a *attempt) every(devices []*types.VirtualPCIPassthrough, pass func(*types.VirtualPCIPassthrough) bool) bool {
	for _, d := range devices {
		if !pass(d) {
			a.culprit = d
			return false
		}
	}
	return true
}

// taken are the places of the VM's passthrough devices.
func (a *attempt) taken() places { return placesOf(a.attached) }

// text fills the facts of the attempt into a rule's message.
func (a *attempt) text(message string) string {
	memory := ""
	if a.vm.Config != nil {
		memory = strconv.Itoa(int(a.vm.Config.Hardware.MemoryMB))
	}
	return strings.NewReplacer(
		"{field}", a.field,
		"{power}", powerText[a.vm.Runtime.PowerState],
		"{memory}", memory,
		"{limit}", strconv.Itoa(maxHotPlugDevices),
		"{device}", vmxAddress(backingOf(a.culprit).Id),
		"{address}", backingOf(a.culprit).Id,
	).Replace(message)
}

// vmxAddress is an address as messages about devices have it: the bus in decimal, 0000:d9:00.0 is 217:0.0.
func vmxAddress(address string) string {
	_, bus, slot, function := parseAddress(address)
	return fmt.Sprintf("%d:%d.%d", bus, slot, function)
}

// backingOf is the backing of a device that is fixed to one host address, and an empty one for any other device.
func backingOf(d *types.VirtualPCIPassthrough) *types.VirtualPCIPassthroughDeviceBackingInfo {
	if d != nil {
		if backing, ok := d.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo); ok {
			return backing
		}
	}
	return &types.VirtualPCIPassthroughDeviceBackingInfo{}
}

// passthroughOf picks the passthrough devices out of a VM's devices.
func passthroughOf(devices []types.BaseVirtualDevice) []*types.VirtualPCIPassthrough {
	var found []*types.VirtualPCIPassthrough
	for _, d := range devices {
		if p, ok := d.(*types.VirtualPCIPassthrough); ok {
			found = append(found, p)
		}
	}
	return found
}

// hostFacts reads what the rules need of the host that a VM is on.
func (l *Lab) hostFacts(ctx *simulator.Context, vm types.ManagedObjectReference) (hostFacts, error) {
	facts := hostFacts{devices: map[string]types.HostPciDevice{}, active: map[string]bool{}, inUse: map[string]bool{}}
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
		facts.systemID = host.Hardware.SystemInfo.Uuid
		facts.hotPlug = host.Capability != nil && isTrue(host.Capability.FptHotplugSupported)
		for _, d := range host.Hardware.PciDevice {
			facts.devices[d.Id] = d
		}
		for _, p := range host.Config.PciPassthruInfo {
			info := p.GetHostPciPassthruInfo()
			facts.active[info.Id] = info.PassthruActive
		}
		vms = append(vms, host.Vm...)
	})
	for _, other := range vms {
		if other != vm {
			l.addDevicesInUse(ctx, other, facts.inUse)
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
		if machine.Runtime.PowerState == powerOff {
			return
		}
		for _, d := range passthroughOf(machine.Config.Hardware.Device) {
			inUse[backingOf(d).Id] = true
		}
	})
}
