// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package rules

import (
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/pci"
)

// Attempt is what a client tries to do to a VM, with the facts that the rules judge it by. It is used while the lock
// of the VM is held.
type Attempt struct {
	When Moment
	VM   *mo.VirtualMachine
	Host HostFacts
	// spec is the change that is asked for (nil at power-on).
	Spec          *types.VirtualMachineConfigSpec
	Adds, Removes []*types.VirtualPCIPassthrough
	Attached      []*types.VirtualPCIPassthrough // what the VM has before the call

	// culprit and field are what a check found wrong.
	culprit *types.VirtualPCIPassthrough
	field   string
}

// HostFacts is what matters of a host, by device address.
type HostFacts struct {
	SystemID string
	HotPlug  bool
	Devices  map[string]types.HostPciDevice
	Active   map[string]bool // passthrough is in force
	InUse    map[string]bool // a running VM, other than the one of the attempt, has the device
}

// devices are those that the attempt is about: the added ones of a hot-add, all of the VM at power-on.
func (a *Attempt) devices() []*types.VirtualPCIPassthrough {
	if a.When&OnHotAdd != 0 {
		return a.Adds
	}
	var fixed []*types.VirtualPCIPassthrough
	for _, d := range a.Attached {
		if _, ok := d.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo); ok {
			fixed = append(fixed, d)
		}
	}
	return fixed
}

// every is true if all devices pass; the first that does not is the culprit.
func (a *Attempt) every(devices []*types.VirtualPCIPassthrough, pass func(*types.VirtualPCIPassthrough) bool) bool {
	for _, d := range devices {
		if !pass(d) {
			a.culprit = d
			return false
		}
	}
	return true
}

// taken are the places of the VM's passthrough devices.
func (a *Attempt) taken() pci.Places { return pci.PlacesOf(a.Attached) }

// text fills the facts of the attempt into a rule's message.
func (a *Attempt) text(message string) string {
	memory := ""
	if a.VM.Config != nil {
		memory = strconv.Itoa(int(a.VM.Config.Hardware.MemoryMB))
	}
	return strings.NewReplacer(
		"{field}", a.field,
		"{power}", PowerText[a.VM.Runtime.PowerState],
		"{memory}", memory,
		"{limit}", strconv.Itoa(maxHotPlugDevices),
		"{device}", pci.VMXAddress(pci.BackingOf(a.culprit).Id),
		"{address}", pci.BackingOf(a.culprit).Id,
	).Replace(message)
}

// PowerText is how vSphere calls power states in messages.
var PowerText = map[types.VirtualMachinePowerState]string{
	types.VirtualMachinePowerStatePoweredOn:  "Powered on",
	types.VirtualMachinePowerStatePoweredOff: "Powered off",
	types.VirtualMachinePowerStateSuspended:  "Suspended",
}
