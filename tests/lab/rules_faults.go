// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// faultMaker makes the fault of a broken rule. text is the rule's message, filled in.
type faultMaker func(a *attempt, text string) *Fault

// hotPlugFailed is how a real server reports most failures of a hot-add: the fault says little, and the reason is in
// its faultMessage.
func hotPlugFailed(a *attempt, _ string) *Fault {
	const summary = "The hot-plug operation failed. "
	fault := &types.GenericVmConfigFault{Reason: summary}
	fault.FaultMessage = []types.LocalizableMessage{
		{Key: "msg.devices.hotplug.failed", Message: summary},
		a.hotPlugMessage(),
	}
	return &Fault{Detail: fault, Message: summary}
}

// hotPlugMessage names the device as the VM's configuration file does. The key for a removal was not published.
func (a *attempt) hotPlugMessage() types.LocalizableMessage {
	if a.when&onHotAdd != 0 {
		return types.LocalizableMessage{Key: "msg.devices.hotadd.failed",
			Message: fmt.Sprintf("Hot-add of pciPassthru%d failed.", a.taken().next())}
	}
	return types.LocalizableMessage{Key: "msg.devices.hotremove.failed",
		Message: fmt.Sprintf("Hot-remove of pciPassthru%d failed.", ordinal(a.removes[0]))}
}

func hotPlugUnsupported(_ *attempt, text string) *Fault {
	fault := &types.DeviceHotPlugNotSupported{}
	fault.Property = "virtualDeviceSpec.operation"
	return &Fault{Detail: fault, Message: text}
}

func wrongPowerState(a *attempt, text string) *Fault {
	fault := &types.InvalidPowerState{RequestedState: powerOff, ExistingState: a.vm.Runtime.PowerState}
	return &Fault{Detail: fault, Message: text}
}

func invalidArgument(a *attempt, text string) *Fault {
	return &Fault{Detail: &types.InvalidArgument{InvalidProperty: a.field}, Message: text}
}

func invalidDevice(_ *attempt, text string) *Fault {
	fault := &types.InvalidDeviceSpec{}
	fault.Property = "virtualDeviceSpec.device.key"
	return &Fault{Detail: fault, Message: text}
}

func invalidBacking(_ *attempt, text string) *Fault {
	fault := &types.InvalidDeviceBacking{}
	fault.Property = "virtualDeviceSpec.device.backing"
	return &Fault{Detail: fault, Message: text}
}

func tooManyDevices(_ *attempt, text string) *Fault {
	fault := &types.TooManyDevices{}
	fault.Property = "configSpec.deviceChange"
	return &Fault{Detail: fault, Message: text}
}

func resourceInUse(a *attempt, text string) *Fault {
	fault := &types.ResourceInUse{Type: "VirtualPCIPassthrough", Name: backingOf(a.culprit).Id}
	return &Fault{Detail: fault, Message: text}
}

func powerOnFailed(_ *attempt, text string) *Fault {
	return &Fault{Detail: &types.GenericVmConfigFault{Reason: text}, Message: text}
}

// deviceFailed is a power-on that one device prevents: the fault names the module, its faultMessage the reason.
func deviceFailed(_ *attempt, _ string) *Fault {
	const summary = "Module 'DevicePowerOn' power on failed. "
	fault := &types.GenericVmConfigFault{Reason: summary}
	fault.FaultMessage = []types.LocalizableMessage{{Key: "msg.moduletable.powerOnFailed", Message: summary}}
	return &Fault{Detail: fault, Message: summary}
}
