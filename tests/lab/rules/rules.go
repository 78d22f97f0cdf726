// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package rules is what the lab enforces on passthrough devices of VMs, and with which faults.
package rules

import "github.com/vmware/govmomi/vim25/types"

// Moment is when a rule is judged. A rule can have several.
type Moment uint

const (
	// OnCreate and OnReconfigure are the making and the change of a VM that is powered off.
	OnCreate Moment = 1 << iota
	OnReconfigure
	// OnRunning is the change of a VM that is not powered off.
	OnRunning
	// OnHotAdd and OnHotRemove are such changes that add or remove passthrough devices.
	OnHotAdd
	OnHotRemove
	// OnPowerOn is a power-on or reset of a VM that has passthrough devices.
	OnPowerOn
)

const onHotPlug = OnHotAdd | OnHotRemove

// Rule is one requirement that the server enforces.
type Rule struct {
	// ID is the requirement that the rule comes from. Clients find it as the faultMessage key "lab.<id>".
	ID   string
	When Moment
	// kept says whether an attempt keeps the rule. It may name the culprit in the attempt, for the message.
	kept  func(*Attempt) bool
	fault faultMaker
	// Message is the text; {words} stand for facts of the attempt (see Attempt.text).
	Message string
}

// All is everything that the lab enforces on passthrough devices. They are judged from the top, and the first that
// is broken decides. Fault types and messages are those seen on real servers where any were published; the others are
// types that the API has for the case.
var All = []Rule{
	// What may not ride along on a running VM, whether or not a device is plugged: P6, P7 and N1 to N3 need it off.
	{"P7", OnRunning, powerOffFieldsUnset, wrongPowerState,
		"The attempted operation cannot be performed in the current state ({power})."},
	{"P7", OnCreate | OnReconfigure, layoutPossible, invalidArgument,
		"A specified parameter was not correct: {field}"},

	// One device in a call, and nothing else.
	{"L1", OnHotAdd, keysUnique, invalidDevice,
		"Cannot add multiple devices using the same device key."},
	{"L1", OnHotAdd, addsOne, invalidArgument,
		"A specified parameter was not correct: {field}"},
	{"L2", OnHotRemove, removesOne, HotPlugFailed,
		"Only one passthrough device can be removed in one operation."},
	{"L3", onHotPlug, nothingElse, invalidArgument,
		"A specified parameter was not correct: {field}"},

	// The host and the VM.
	{"Q8", onHotPlug, hostKnowsHotPlug, hotPlugUnsupported,
		"The host does not support hot-plug of passthrough devices."},
	{"P7", onHotPlug, hotPlugEnabled, hotPlugUnsupported,
		"Hot-plug of passthrough devices is not enabled for this virtual machine."},
	{"P6", OnHotAdd, hasFirmwareEFI, HotPlugFailed,
		"The virtual machine does not boot with EFI firmware."},
	{"P7", OnHotAdd, hasLayoutACPI, HotPlugFailed,
		"The motherboard layout of the virtual machine is not acpiHostBridges."},
	{"P7", OnHotAdd, memoryReserved, HotPlugFailed,
		"Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize({memory})."},
	{"N1", OnHotAdd, noIOMMU, HotPlugFailed,
		"An IOMMU is exposed to the guest."},
	{"N2", OnHotAdd, noCPUHotPlug, HotPlugFailed,
		"CPU hot plug is enabled."},
	{"N3", OnHotAdd, noMemoryHotPlug, HotPlugFailed,
		"Memory hot plug is enabled."},
	{"N4", OnHotAdd, noDynamicDevice, HotPlugFailed,
		"The virtual machine has a Dynamic DirectPath I/O device."},
	{"N5", OnHotAdd, fewCPUs, HotPlugFailed,
		"The virtual machine has more than 128 virtual CPUs."},
	{"N9", OnHotAdd, noNestedHV, HotPlugFailed,
		"Virtualization is not supported on a virtual machine with a PCI passthrough device."},
	{"L4", OnHotAdd, hasRoom, tooManyDevices,
		"The virtual machine has the most passthrough devices that can be hot-plugged ({limit}) already."},

	// The device.
	{"C3", OnHotRemove, hasDevice, invalidDevice,
		"Invalid configuration for device '0'."},
	{"P5", OnHotAdd, onHost, invalidBacking,
		"Device {device} is not a passthrough device."},
	{"L5", OnHotAdd, isNVMe, hotPlugUnsupported,
		"Device {device} is not an NVMe device."},
	{"P5", OnHotAdd, passthroughActive, HotPlugFailed,
		"Device {device} is not a passthrough device."},
	{"C1", OnHotAdd, identityMatches, HotPlugFailed,
		"The systemId does not match the current system or the deviceId and vendorId do not match the device " +
			"currently at {device}."},
	{"C1", OnHotAdd, notInUse, resourceInUse,
		"The resource '{address}' is in use."},

	// Power-on.
	{"N9", OnPowerOn, noNestedHV, powerOnFailed,
		"Virtualization is not supported on a virtual machine with a PCI passthrough device."},
	{"P7", OnPowerOn, memoryReserved, powerOnFailed,
		"Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize({memory})."},
	{"P5", OnPowerOn, onHost, deviceFailed,
		"Device {device} is not a passthrough device."},
	{"P5", OnPowerOn, passthroughActive, deviceFailed,
		"Device {device} is not a passthrough device."},
	{"C1", OnPowerOn, identityMatches, deviceFailed,
		"The systemId does not match the current system or the deviceId and vendorId do not match the device " +
			"currently at {device}."},
	{"C1", OnPowerOn, notInUse, deviceFailed,
		"Device {device} is already in use."},
}

// Judge returns the fault of the first rule that the attempt breaks.
func Judge(a *Attempt) error {
	for _, r := range All {
		if r.When&a.When == 0 || r.kept(a) {
			continue
		}
		text := a.text(r.Message)
		broken := r.fault(a, text)
		detail := broken.Detail.GetMethodFault()
		detail.FaultMessage = append(detail.FaultMessage, types.LocalizableMessage{Key: "lab." + r.ID, Message: text})
		return broken
	}
	return nil
}
