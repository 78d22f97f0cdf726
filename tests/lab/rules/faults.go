// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package rules

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
	"directpath.nvme/lab/pci"
)

// faultMaker makes the fault of a broken rule. text is the rule's message, filled in.
type faultMaker func(a *Attempt, text string) *fault.Fault

// HotPlugFailed is how a real server reports most failures of a hot-add: the fault says little, and the reason is in
// its faultMessage.
func HotPlugFailed(a *Attempt, _ string) *fault.Fault {
	const summary = "The hot-plug operation failed. "
	detail := &types.GenericVmConfigFault{Reason: summary}
	detail.FaultMessage = []types.LocalizableMessage{
		{Key: "msg.devices.hotplug.failed", Message: summary},
		a.hotPlugMessage(),
	}
	return &fault.Fault{Detail: detail, Message: summary}
}

// hotPlugMessage names the device as the VM's configuration file does. The key for a removal was not published.
func (a *Attempt) hotPlugMessage() types.LocalizableMessage {
	if a.When&OnHotAdd != 0 {
		return types.LocalizableMessage{Key: "msg.devices.hotadd.failed",
			Message: fmt.Sprintf("Hot-add of pciPassthru%d failed.", a.taken().Next())}
	}
	return types.LocalizableMessage{Key: "msg.devices.hotremove.failed",
		Message: fmt.Sprintf("Hot-remove of pciPassthru%d failed.", pci.Ordinal(a.Removes[0]))}
}

func hotPlugUnsupported(_ *Attempt, text string) *fault.Fault {
	detail := &types.DeviceHotPlugNotSupported{}
	detail.Property = "virtualDeviceSpec.operation"
	return &fault.Fault{Detail: detail, Message: text}
}

func wrongPowerState(a *Attempt, text string) *fault.Fault {
	detail := &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: a.VM.Runtime.PowerState}
	return &fault.Fault{Detail: detail, Message: text}
}

func invalidArgument(a *Attempt, text string) *fault.Fault {
	return &fault.Fault{Detail: &types.InvalidArgument{InvalidProperty: a.field}, Message: text}
}

func invalidDevice(_ *Attempt, text string) *fault.Fault {
	detail := &types.InvalidDeviceSpec{}
	detail.Property = "virtualDeviceSpec.device.key"
	return &fault.Fault{Detail: detail, Message: text}
}

func invalidBacking(_ *Attempt, text string) *fault.Fault {
	detail := &types.InvalidDeviceBacking{}
	detail.Property = "virtualDeviceSpec.device.backing"
	return &fault.Fault{Detail: detail, Message: text}
}

func tooManyDevices(_ *Attempt, text string) *fault.Fault {
	detail := &types.TooManyDevices{}
	detail.Property = "configSpec.deviceChange"
	return &fault.Fault{Detail: detail, Message: text}
}

func resourceInUse(a *Attempt, text string) *fault.Fault {
	detail := &types.ResourceInUse{Type: "VirtualPCIPassthrough", Name: pci.BackingOf(a.culprit).Id}
	return &fault.Fault{Detail: detail, Message: text}
}

func powerOnFailed(_ *Attempt, text string) *fault.Fault {
	return &fault.Fault{Detail: &types.GenericVmConfigFault{Reason: text}, Message: text}
}

// deviceFailed is a power-on that one device prevents: the fault names the module, its faultMessage the reason.
func deviceFailed(_ *Attempt, _ string) *fault.Fault {
	const summary = "Module 'DevicePowerOn' power on failed. "
	detail := &types.GenericVmConfigFault{Reason: summary}
	detail.FaultMessage = []types.LocalizableMessage{{Key: "msg.moduletable.powerOnFailed", Message: summary}}
	return &fault.Fault{Detail: detail, Message: summary}
}
